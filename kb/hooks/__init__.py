"""Alerts that come in by webhook: whom they are from, what they open, and how they end it."""
