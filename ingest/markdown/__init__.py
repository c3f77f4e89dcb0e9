"""Markdown, read: blocks, sections, what stands inside them, and what their headings mean."""
