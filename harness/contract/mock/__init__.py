"""A recording as a mock: `recorded_answers` finds answers, `resources` keeps state, `server` speaks HTTP."""
