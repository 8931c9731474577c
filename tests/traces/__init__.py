"""Tests of reading recorded calls."""
