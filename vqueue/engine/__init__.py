"""Decisions: values in, values out; what should happen is returned, and nothing is done."""
