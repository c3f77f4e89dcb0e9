"""The life of an incident, from the alert to the postmortem."""
