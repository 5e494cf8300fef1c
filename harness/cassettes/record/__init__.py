"""Recording: a transport that keeps what passes through it, and the way to a finished cassette."""
