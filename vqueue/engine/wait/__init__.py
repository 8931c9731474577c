"""How long one place still waits, as a distribution."""
