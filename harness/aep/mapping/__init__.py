"""Data Prep: mapping sets, which turn rows of a source into records of a schema."""
