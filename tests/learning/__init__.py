"""Tests of the learned layers and of the backtest."""
