"""Running: the plan, one call in numbered phases, the order of calls, and the events that tell of it."""
