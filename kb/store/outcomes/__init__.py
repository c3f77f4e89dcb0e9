"""Outcomes: as rows, by when they were told, and what those of an entry add up to."""
