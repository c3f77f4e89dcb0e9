"""What can be asked of a knowledge base from outside: each operation once, for commands, tools of agents and HTTP."""
