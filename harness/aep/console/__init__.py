"""The platform's console: pages that show what it holds and what it was asked, for this machine alone.

`pages` has the routes, `rendering` the templates; the other modules gather what a page shows.
"""
