"""Leaving newman: runs that newman made, held against what this runner makes of the same answers."""
