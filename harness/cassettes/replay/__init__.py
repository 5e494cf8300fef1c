"""Replay: finding the interaction that answers a request, and explaining when none does."""
