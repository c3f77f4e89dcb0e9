"""What a database stands on: SQLite, a file of the home, or PostgreSQL, a server that many hosts share."""
