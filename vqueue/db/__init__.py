"""The truth on disk: tables, stores, the two databases, and sealing of personal data."""
