"""Real-time Customer Profile: fragments, events, merge policies, and whom a profile qualifies for."""
