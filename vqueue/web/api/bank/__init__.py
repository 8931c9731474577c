"""What the bank's systems may ask."""
