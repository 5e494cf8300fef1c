"""From an authored request to an exchange: building, authorizing, sending, redirects and cookies."""
