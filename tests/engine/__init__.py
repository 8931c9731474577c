"""The decisions, one at a time."""
