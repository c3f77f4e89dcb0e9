"""What webhooks brought, and what follows from it that is to be told: three tables, each written by one file."""
