"""Calls of operations by many callers at once: who may, which waits for which, what runs in a process of its own."""
