"""A recording served as a mock: `recording` finds answers, `resources` keeps state, `server` speaks HTTP."""
