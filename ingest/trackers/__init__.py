"""What trackers, pagers and status pages export: a ticket as the incident or the document that it is."""
