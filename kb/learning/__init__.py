"""What is learned, how far it is trusted, and what moves an entry from status to status."""
