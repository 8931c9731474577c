"""The live estimate: boards with the roll-forward, and what promises teach."""
