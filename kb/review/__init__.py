"""What a week looked like: counted from the ledger, told to people, and fed back to triage as a watch list."""
