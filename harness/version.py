"""The version of this package, which every part may ask for."""

__version__ = "0.1.0"
