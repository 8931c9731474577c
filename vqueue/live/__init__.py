"""What may be lost at any instant, behind the ports: in one process (local) or between many (redis)."""
