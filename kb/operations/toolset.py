"""Which operations an agent is offered as tools; `skill_run` runs all the others."""

from enum import StrEnum


class Toolset(StrEnum):
    """A set of operations: those of an ordinary incident, those that only read, all of them."""

    CORE = "core"
    READ = "read"
    ALL = "all"
