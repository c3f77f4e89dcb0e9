"""Ids as people give them: a beginning or an ending that only one has stands for the whole id."""
