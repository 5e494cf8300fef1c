"""Segment definitions, their search and conversion, previews and estimates."""
