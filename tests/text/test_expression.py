"""Regular expressions that are compiled when they are first used: they do what those of `re` do, and all compile."""

from __future__ import annotations

import gc
import importlib
import pkgutil
import re

import pytest

import ingest
import kb
from kb.expression import expression

WRONG = "("
"""Of no module: what this file made of it may still be there when all are looked at."""


def test_an_expression_finds_what_one_of_re_finds():
    text = "pool-7 is full, POOL-12 too"

    ours, theirs = expression(r"(?P<name>pool)-(\d+)", re.I), re.compile(r"(?P<name>pool)-(\d+)", re.I)

    assert [match.groups() for match in ours.finditer(text)] == [
        match.groups() for match in theirs.finditer(text)
    ]
    assert ours.sub(r"\g<name>", text) == theirs.sub(r"\g<name>", text)
    assert (ours.pattern, ours.flags, ours.groups, ours.groupindex) == (
        theirs.pattern,
        theirs.flags,
        theirs.groups,
        theirs.groupindex,
    )


def test_a_wrong_expression_is_told_by_its_first_use():
    wrong = expression(WRONG)

    with pytest.raises(re.error, match="missing"):
        wrong.search("text")


def test_every_expression_of_the_product_compiles():
    for package in (kb, ingest):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    gc.unfreeze()  # a command that another test ran froze what was loaded, and what is frozen is not listed
    ours = [one for one in gc.get_objects() if type(one) is type(expression("a")) and one.pattern != WRONG]

    assert len(ours) > 400
    assert all(one.flags is not None for one in ours)
