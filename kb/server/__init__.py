"""The door for agents: MCP over stdio and HTTP."""
