"""What a report tells in its prose without a heading for it: why it happened, and what was done."""
