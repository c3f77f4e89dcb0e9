"""The interval is that of the Beta distribution: compared with scipy over many shapes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from kb.learning.trust import beta_cdf, beta_quantile

QUICK = settings(max_examples=60, deadline=None)

shapes = st.floats(0.5, 2_000)


@QUICK
@given(shapes, shapes, st.floats(0.001, 0.999))
def test_the_distribution_is_the_one_of_scipy(a: float, b: float, x: float) -> None:
    assert beta_cdf(x, a, b) == pytest.approx(special.betainc(a, b, x), abs=1e-9)


@QUICK
@given(shapes, shapes, st.sampled_from([0.05, 0.5, 0.95]))
def test_the_quantiles_are_those_of_scipy(a: float, b: float, p: float) -> None:
    assert beta_quantile(p, a, b) == pytest.approx(special.betaincinv(a, b, p), abs=1e-8)


def test_the_uniform_distribution_has_the_quantiles_that_anybody_can_see() -> None:
    assert beta_quantile(0.05, 1, 1) == pytest.approx(0.05)
    assert (beta_cdf(0, 1, 1), beta_cdf(1, 1, 1)) == (0, 1)
