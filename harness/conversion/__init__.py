"""Converting collections between Postman's formats, with a list of what the target cannot hold."""
