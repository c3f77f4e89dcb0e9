"""What deployment tools say of themselves: one module a tool, each from plain data to changes."""
