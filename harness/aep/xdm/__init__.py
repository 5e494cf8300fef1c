"""Experience Data Model: records held against resolved schemas, formats, patterns and conversions."""
