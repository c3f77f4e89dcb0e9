"""The server over HTTP: where it listens, whom it lets in, what a connection may cost."""
