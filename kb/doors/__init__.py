"""The ways in: a command line, tools for agents, a server."""
