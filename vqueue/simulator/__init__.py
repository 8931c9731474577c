"""Invented days, driven through the code that runs live, under a seed."""
