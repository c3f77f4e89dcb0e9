"""What commands print: answers, entries, receipts and findings as text, records as JSON, talk on stderr."""
