"""Scripts: the engine's Python side; the JavaScript side, which implements `pm`, is in `js/`."""
