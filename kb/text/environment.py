"""The names of environments: `prod`, `prd` and `Production` are one."""

from __future__ import annotations

import re

_NAMES: dict[str, tuple[str, ...]] = {
    "production": ("production", "prod", "prd", "live"),
    "stage": ("stage", "staging", "stg", "preprod", "uat"),
    "test": ("test", "testing", "qa", "ci"),
    "development": ("development", "dev", "devel", "sandbox"),
}
_CANONICAL = {alias: name for name, aliases in _NAMES.items() for alias in aliases}


def canonical_environment(name: str) -> str:
    """`production` for `prod`; names that are nobody's alias stay as they are, in lower case."""
    plain = name.strip().casefold()
    return _CANONICAL.get(plain, plain.replace("_", "-"))


def same_environment(one: str, other: str) -> bool:
    """Whether both name the same environment; an empty name names none."""
    return bool(one.strip()) and canonical_environment(one) == canonical_environment(other)


def environment_in(name: str) -> str:
    """The environment that the name of a cluster or namespace tells (`orders-prod`), or an empty string."""
    parts = re.split(r"[-_./:]", name.casefold())
    return next((_CANONICAL[part] for part in reversed(parts) if part in _CANONICAL), "")


def without_environment(name: str) -> str:
    """`orders` for `orders-prod`: the name without an environment at its end or beginning."""
    parts = re.split(r"([-_.])", name)
    if len(parts) > 2 and parts[-1].casefold() in _CANONICAL:
        parts = parts[:-2]
    if len(parts) > 2 and parts[0].casefold() in _CANONICAL:
        parts = parts[2:]
    return "".join(parts)
