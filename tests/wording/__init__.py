"""Wording: every text and number in English, Russian and Hebrew."""
