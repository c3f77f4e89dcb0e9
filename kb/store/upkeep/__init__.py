"""Looking after the database: its schema, copies of the ledger, rows swept, secrets taken out."""
