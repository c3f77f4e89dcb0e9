"""The first minute of an incident: an alert in, one page out."""
