"""The frame of a console: pages out of templates, lists in pages, and the journal of calls."""
