"""The door for agents: tools, resources and a prompt over one home, whatever the transport."""
