"""How the service is run: its log, its figures, its start and stop, its container."""
