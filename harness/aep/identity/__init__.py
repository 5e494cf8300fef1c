"""Identities: namespaces, the identities of a record, and the graph that links them."""
