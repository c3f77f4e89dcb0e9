"""What every command has, given to all of them in one place: examples, completion, forms of JSON, exit codes."""
