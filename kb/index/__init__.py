"""What can be deleted and made again: words, vectors, compiled signatures, and the model behind the vectors."""
