"""Authentication, one module a scheme, each a generator flow."""
