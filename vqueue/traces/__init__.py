"""Files of recorded calls, read into columns: a bank's own records by a small mapping, or Asterisk's queue_log."""
