"""What was read and what happened: the database, and nothing else has SQL but what indexes derive from it."""
