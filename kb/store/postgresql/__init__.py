"""PostgreSQL as the database of a home: its engine, its dialect, its schema."""
