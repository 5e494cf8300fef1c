"""Flow Service and what its flows do: connections, runs, activation, and delivery to destinations."""
