"""Doubles for tests: real subclasses of the real parts, that count or fail on purpose."""
