"""`expression`: a regular expression that is compiled when it is first used.

Some hundred are written at the top of modules, one question needs a few dozens, and to compile them all takes longer
than to answer it.  What is compiled once stays: from its first use on an expression is as quick as one of `re`.
"""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast

_METHODS = tuple(name for name in dir(re.Pattern) if not name.startswith("__"))


def expression(source: AnyStr, flags: int | re.RegexFlag = 0) -> re.Pattern[AnyStr]:
    """What `re.compile` gives, as far as its methods go; an error in `source` is raised by the first use."""
    return cast("re.Pattern[AnyStr]", _Uncompiled(source, flags))


class _Uncompiled:
    """The source of an expression, which takes over the methods of the compiled one when one of them is asked for."""

    def __init__(self, source: str | bytes, flags: int | re.RegexFlag) -> None:
        self.pattern = source
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # what copying and the like ask of everything
            raise AttributeError(name)
        compiled = re.compile(self.pattern, self._flags)
        vars(self).update((known, getattr(compiled, known)) for known in _METHODS)
        return getattr(compiled, name)
