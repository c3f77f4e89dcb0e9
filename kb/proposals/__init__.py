"""What the record suggests: patterns to add, entries to merge or retire, runbooks to write or run again."""
