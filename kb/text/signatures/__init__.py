"""Signatures: regexes and literals that find an entry in a text, all of them in one pass."""
