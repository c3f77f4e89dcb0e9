"""What is learned, how far it is trusted, and what a week looked like."""
