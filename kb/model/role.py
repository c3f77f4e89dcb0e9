"""`Role`: what a caller may do, whichever door it comes by; each role may do all that the ones before it may."""

from enum import StrEnum


class Role(StrEnum):
    """What a caller may do."""

    READ = "read"
    RESPOND = "respond"
    """Answer an incident as well: its steps, what was tried and whether it worked, what was changed."""
    WRITE = "write"
    """Change what is known as well: lessons, memory files, decisions on proposals."""
    ADMIN = "admin"
    """Everything."""

    def may(self, needed: "Role") -> bool:
        """Whether this role includes the other."""
        order = list(Role)
        return order.index(self) >= order.index(needed)
