"""A run held against an OpenAPI description, and a recording served as a mock."""
