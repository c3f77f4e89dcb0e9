"""What agents may call, a file a noun."""
