"""What was changed in production, and what follows from it."""
