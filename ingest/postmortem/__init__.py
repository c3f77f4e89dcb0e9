"""One file for each thing that an incident report can tell: dates, severity, timeline, actions, causes."""
