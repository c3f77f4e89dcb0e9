"""Quantiles of the Beta distribution, for the interval that trust is shown with.

scipy.special would answer the same and costs a quarter of a second to import, too much for a cold
`kb check`.  The regularised incomplete beta function I_x(a, b) is its continued fraction (DLMF
8.17.22), evaluated by Lentz's method as in Press et al., Numerical Recipes, 3rd ed., 6.4; it is
inverted by Newton's method, with bisection wherever that would leave the bracket.
"""

from __future__ import annotations

from functools import lru_cache
from math import exp, lgamma, log, log1p

_PRECISION, _TINY, _STEPS = 1e-12, 1e-300, 10_000


def beta_cdf(x: float, a: float, b: float) -> float:
    """I_x(a, b): the probability that a Beta(a, b) variable is at most `x`; `a` and `b` above 0."""
    if x <= 0.0 or x >= 1.0:
        return 0.0 if x <= 0.0 else 1.0
    front = exp(a * log(x) + b * log1p(-x) - _log_beta(a, b))
    # The fraction converges quickly left of the mean; right of it the symmetric one does.
    if x < (a + 1.0) / (a + b + 2.0):
        return front * _fraction(x, a, b) / a
    return 1.0 - front * _fraction(1.0 - x, b, a) / b


@lru_cache(maxsize=4096)
def beta_quantile(p: float, a: float, b: float) -> float:
    """The `x` below which a Beta(a, b) variable lies with probability `p` (0 to 1)."""
    low, high, x = 0.0, 1.0, a / (a + b)
    log_beta = _log_beta(a, b)
    while high - low > _PRECISION:
        over = beta_cdf(x, a, b) - p
        low, high = (low, x) if over > 0.0 else (x, high)
        density = exp((a - 1.0) * log(x) + (b - 1.0) * log1p(-x) - log_beta)
        step = over / density if density > 0.0 else 1.0
        following = x - step if low < x - step < high else (low + high) / 2.0
        if abs(following - x) < _PRECISION:
            return following
        x = following
    return x


def _fraction(x: float, a: float, b: float) -> float:
    """The continued fraction of I_x(a, b), by the modified method of Lentz."""
    c, d = 1.0, 1.0 / _away_from_zero(1.0 - (a + b) * x / (a + 1.0))
    result = d
    for m in range(1, _STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1.0) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1.0))
        for term in (even, odd):
            d = 1.0 / _away_from_zero(1.0 + term * d)
            c = _away_from_zero(1.0 + term / c)
            result *= c * d
        if abs(c * d - 1.0) < _PRECISION:
            return result
    raise ArithmeticError(f"the incomplete beta function did not converge at x={x}, a={a}, b={b}")


def _away_from_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)
