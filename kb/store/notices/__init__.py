"""What people were told, and what they pressed: the journal of notices, kept until it is old."""
