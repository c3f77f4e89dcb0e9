"""What of the store is of incidents alone."""
