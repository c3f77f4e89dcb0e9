"""What a plain installation brings: few packages, no torch, and what has no use without an extra only with it."""

from __future__ import annotations

import pytest

from benchmarks.install import closure, groups, installed, megabytes

MOST_PACKAGES, MOST_MEGABYTES = 90, 700
HEAVY = (
    "torch",
    "transformers",
    "sentence-transformers",
    "scipy",
    "scikit-learn",
    "sympy",
    "chromadb",
    "kubernetes",
)


def test_a_plain_installation_brings_no_torch_and_fewer_than_ninety_packages():
    plain = closure(groups()[""])

    assert [name for name in groups()[""] if not installed(name)] == []
    assert plain & set(HEAVY) == set()
    assert [name for name in plain if name.startswith(("nvidia", "cuda", "triton"))] == []
    assert 40 < len(plain) <= MOST_PACKAGES


@pytest.mark.slow
def test_a_plain_installation_weighs_less_than_seven_hundred_megabytes():
    model = 92
    assert 200 < sum(megabytes(name) for name in closure(groups()[""])) + model <= MOST_MEGABYTES


def test_the_extras_bring_what_only_they_need():
    plain = closure(groups()[""])
    for extra, package in (("chroma", "chromadb"), ("models", "torch")):
        if installed(package):
            assert package in closure(groups()[extra]) - plain
