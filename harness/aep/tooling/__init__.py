"""Sandbox tooling: what one sandbox has, taken to another."""
