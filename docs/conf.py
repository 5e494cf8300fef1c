"""How the documentation is built: `sphinx-build -W -n docs build/docs`, with the extra `docs`."""

project = "harness"
author = "the authors of harness"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["examples"]
html_theme = "furo"
html_title = "harness"
html_static_path: list[str] = []
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
# Links out of docs/ into the repository are for readers of the source.
suppress_warnings = ["myst.xref_missing"]
