"""The alerts of the common tools: a typed model each, told apart by shape, with its own scale and words for "over"."""
