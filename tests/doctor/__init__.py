"""The doctor: what it sees, and how it judges."""
