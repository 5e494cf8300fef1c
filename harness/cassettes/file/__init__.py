"""The cassette format: interactions, the file they are kept in, and what is known about a recording."""
