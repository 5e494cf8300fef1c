"""The platform as a process: one port, requests in, answers out, and the table of its services."""
