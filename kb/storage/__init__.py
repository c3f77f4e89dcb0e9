"""Disk and model: files that people own, the database, the vectors.  The only place with SQL."""
