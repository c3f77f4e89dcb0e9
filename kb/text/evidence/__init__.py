"""The lines of a text that tell what went wrong, picked out of logs of any length."""
