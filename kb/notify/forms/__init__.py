"""How each tool wants a notice written, and how its answer is to be read; nothing here sends."""
