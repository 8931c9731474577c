"""What a checkout runs on itself: set-up, checks, locks, measurements."""
