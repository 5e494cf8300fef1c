"""Catalog: datasets, their lists and their labels."""
