"""Tests of the set-up itself: environment, locks, servers, walls."""
