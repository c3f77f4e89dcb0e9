"""What an entry is as text: JSON, its id, what gives it away at first sight, the pieces that are indexed."""
