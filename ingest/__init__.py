"""Turns the outside world into records: identify, extract, redact.  Knows nothing of storage."""
