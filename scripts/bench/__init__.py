"""Measurements of this machine: medians and ratios, for comparison only."""
