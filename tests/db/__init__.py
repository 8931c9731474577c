"""The stores and both databases."""
