"""JSON of a tool that is not known: read by the usual names of keys, at any depth, and said to be."""
