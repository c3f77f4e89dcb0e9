"""What the tenants of a home have in common."""
