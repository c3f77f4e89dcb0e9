"""What was read and what happened, in SQLite; of the other rooms only `index` has SQL, for what it derives."""
