"""What the outcomes of each entry add up to, kept beside them."""
