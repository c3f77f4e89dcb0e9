"""The pages, a file for each noun: what is shown at its addresses, and what its forms do."""
