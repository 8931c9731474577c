"""Twilio behind the ports: documents out, signed questions in, calls placed and steered."""
