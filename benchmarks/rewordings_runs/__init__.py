"""Provokes the faults of `docs/wording.md` again in both versions: a table of runs, and what runs them."""
