"""The learned layers of the estimate and the test of every layer on recorded calls."""
