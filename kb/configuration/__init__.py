"""`kb.toml`: what a home is told about its services, severities, webhooks, people and how long it keeps things."""
