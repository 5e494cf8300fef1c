"""Comparing answers: what differs, what drifted, and what is accepted."""
