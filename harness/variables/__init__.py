"""Variables: scopes and their precedence, files, substitution, dynamic values, and what those draw from."""
