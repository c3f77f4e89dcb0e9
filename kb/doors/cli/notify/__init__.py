"""`kb notify`: who is told of incidents, what was told, and sending it again by hand."""
