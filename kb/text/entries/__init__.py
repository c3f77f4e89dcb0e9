"""What an entry is as text: as JSON, by its id, by what gives it away at first sight, and in the pieces that are indexed."""
