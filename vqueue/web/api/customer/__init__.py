"""What a customer's app may ask."""
