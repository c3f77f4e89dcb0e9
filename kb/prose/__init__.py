"""What a model writes: prose around computed numbers, and fields of free-form postmortems; all of it checked."""
