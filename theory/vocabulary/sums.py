"""What the symbols of a sum of quadratics mean: functions of its matrices and the law of its batches, exact.

A search makes a ``Sum`` of what it plays and asks the claim.  Everything is listed, batch by batch: no kappa
enters but where it is drawn freely, and nothing here shares code with the claims' formulas.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import flint
from flint import fmpq, fmpq_mat

from theorem_audit.statement.meaning import Meaning
from theory.quadratic.thresholds import definiteness, identity, kron
from theory.vocabulary.quadratic_sum import (
    Sum,
    ball,
    ends,
    fraction,
    is_diagonal,
    last_stable,
    mean_of,
    radius,
    rational,
    roots_of,
    threshold,
    total,
    trace,
)
from theory.vocabulary.telling import told

F = Fraction
LATE = 512  # the step at which a growth rate is read
Value = Callable[[Any], Any]  # of a Sum, or of what the symbol is a function of


def _on_identity(x: Sum) -> fmpq_mat:
    return x.applied(identity(x.size))


def _second(x: Sum) -> fmpq_mat:
    return mean_of([e * e.transpose() for e in x.starts])


def _middle(x: Sum) -> Fraction:
    centre = total(x.starts) * fmpq(1, len(x.starts))
    return trace(centre * centre.transpose())


def _push(x: Sum, batch: Sequence[int]) -> fmpq_mat:
    if not x.pushes:
        return fmpq_mat(x.size, 1)
    return mean_of([x.pushes[i] for i in batch])


def _noise(x: Sum) -> fmpq_mat:
    """C^2 E[g_B g_B']."""
    made = [(_push(x, batch), p) for batch, p in x.law]
    return total([g * g.transpose() * rational(p * x.step**2) for g, p in made])


def _stepped(x: Sum) -> fmpq_mat:
    """E[e+ e+'], e+ = (I - C Q_B) e - C g_B, every start with every batch."""
    found, step = [], rational(x.step)
    for (q, p), (batch, _) in zip(x.drawn, x.law, strict=True):
        for e in x.starts:
            after = e - (q * e + _push(x, batch)) * step
            found.append(after * after.transpose() * (p * fmpq(1, len(x.starts))))
    return total(found)


def _still(x: Sum) -> fmpq_mat:
    """The second moment that a step leaves as it is; of any size, also where no run tends to it."""
    column = fmpq_mat(x.size**2, 1, _noise(x).entries())
    return fmpq_mat(x.size, x.size, (identity(x.size**2) - x.moved).solve(column).entries())


def _growth(matrix: fmpq_mat, start: fmpq_mat, size: int) -> flint.arb:
    """(1/p) log of the trace after p = LATE steps."""
    late = flint.arb_mat(matrix) ** LATE * flint.arb_mat(fmpq_mat(size**2, 1, start.entries()))
    found = sum((late[i * size + i, 0] for i in range(size)), flint.arb(0))
    return found.log() / LATE if found > 0 else flint.arb("-inf")


def _form(x: Sum, matrix: fmpq_mat) -> Fraction:
    if x.along is None:
        raise ValueError("along=None: no direction was drawn")
    return fraction((x.along.transpose() * matrix * x.along)[0, 0])


def _forms(x: Sum) -> list[Fraction]:
    return [_form(x, q) for q in x.matrices]


def _variance(x: Sum) -> Fraction:
    found = _forms(x)
    centre = sum(found, F(0)) / len(found)
    return sum(((y - centre) ** 2 for y in found), F(0)) / len(found)


def _outer(x: Sum) -> fmpq_mat:
    if x.along is None:
        raise ValueError("along=None: no direction was drawn")
    return x.along * x.along.transpose()


def _spread(x: Sum) -> fmpq_mat:
    return mean_of([q * q for q in x.matrices]) - x.mean * x.mean


def _third(x: Sum) -> fmpq_mat:
    return mean_of([q * x.mean * q for q in x.matrices]) - x.mean * x.mean * x.mean


def _factor(x: Sum) -> Any:
    """The share of one sample's noise that a batch keeps."""
    whole = trace(_spread(x))
    return trace(x.over(lambda q: q * q) - x.mean * x.mean) / whole if whole else F(1)


def _bracket(x: Sum) -> tuple[Any, Any]:
    """The ends of nu with det(E[Q_Y Q Q_Y] - Q^3 - nu Q) = 0."""
    pencil = x.mean.inv() * _third(x)
    return ends(pencil) if is_diagonal(pencil) else roots_of(pencil)


def _norms_top(x: Sum) -> Any:
    """The largest eigenvalue of (sqrt(tr Q_i Q_j)), between Rayleigh's quotient and Collatz' bound."""
    parts = [m for m in x.matrices if any(m.entries())]
    if not parts:
        return F(0)
    S = flint.arb_mat([[ball(trace(y * z)).sqrt() for z in parts] for y in parts])
    v = flint.arb_mat([[1]] * len(parts))
    for _ in range(40):
        v = S * v
    image, high = S * v, flint.arb(0)
    for i in range(len(parts)):
        high = high.max(image[i, 0] / v[i, 0])
    return ((v.transpose() * image)[0, 0] / (v.transpose() * v)[0, 0]).union(high)


def _sharpest(x: Sum) -> Any:
    tops = [ends(q)[1] for q in x.matrices]
    exact = [t for t in tops if isinstance(t, Fraction)]
    if len(exact) == len(tops):
        return max(exact)
    found = ball(tops[0])
    for t in tops[1:]:
        found = found.max(ball(t))
    return found


def _least(x: Sum) -> Any:
    lows = [ends(q)[0] for q in x.matrices]
    if all(isinstance(y, Fraction) for y in lows):
        return min(lows)
    found = ball(lows[0])
    for y in lows[1:]:
        found = found.min(ball(y))
    return found.max(flint.arb(0)) if all(definiteness(q) >= 0 for q in x.matrices) else found


MOVED = told(
    "X -> E[(I - C Q_B) X (I - C Q_B)], what a step does to the second moment", lambda x: x.moved,
    {"X -> (I - C Q) X (I - C Q)": lambda x: x.full().moved,
     "X -> E[(I - C Q_Y) X (I - C Q_Y)]": lambda x: x.one().moved},
)  # fmt: skip
MOVED_FULL = MOVED.near[0]
MOVED_ONE = MOVED.near[1]
OVER_MIXTURE = told(
    "what SGD's operator has over that of the mixture of any chance p_M",
    lambda x: x.moved - x.full().moved * rational(1 - x.chance) - x.one().moved * rational(x.chance),
    {"what it has over the full batch's": lambda x: x.moved - x.full().moved},
)  # fmt: skip
RADIUS = told(
    "spectral radius", radius, {"spectral radius of its square": lambda matrix: radius(matrix) ** 2},
)  # fmt: skip
MEAN = told(
    "the mean of Q_1..Q_N", lambda x: x.mean,
    {"the sum of Q_1..Q_N": lambda x: total(x.matrices)},
)  # fmt: skip
MEAN_SQUARED = told(
    "the square of the mean Q", lambda x: x.mean * x.mean,
    {"the mean of Q_Y^2": lambda x: mean_of([q * q for q in x.matrices])},
)  # fmt: skip
KRON_SUM = told(
    "X -> QX + XQ", lambda x: kron(x.mean, identity(x.size)) + kron(identity(x.size), x.mean),
    {"X -> 2 QXQ": lambda x: kron(x.mean, x.mean) * 2},
)  # fmt: skip
KRON_PRODUCT = told(
    "X -> QXQ", lambda x: kron(x.mean, x.mean), {"X -> E[Q_Y X Q_Y]": lambda x: x.one().products},
)  # fmt: skip
NOISE = told(
    "X -> E[Q_Y X Q_Y] - QXQ for one uniform index Y",
    lambda x: x.one().products - kron(x.mean, x.mean),
    {"X -> E[Q_B X Q_B] - QXQ for a batch B": lambda x: x.products - kron(x.mean, x.mean)},
)  # fmt: skip
L_MIN = told(
    "the least eigenvalue of the mean Q", lambda x: ends(x.mean)[0],
    {"the largest eigenvalue of the mean Q": lambda x: ends(x.mean)[1]},
)  # fmt: skip
L_MAX = told(
    "the largest eigenvalue of the mean Q", lambda x: ends(x.mean)[1],
    {"the least eigenvalue of the mean Q": lambda x: ends(x.mean)[0]},
)  # fmt: skip
Q_LEAST = told(
    "the least eigenvalue of all Q_i", _least, {"the largest eigenvalue of all Q_i": _sharpest},
)  # fmt: skip
SHARPEST = told(
    "the largest eigenvalue of all Q_i: of the sharpest sample", _sharpest,
    {"the largest eigenvalue of the mean Q": lambda x: ends(x.mean)[1]},
)  # fmt: skip
NORMS_TOP = told(
    "the largest eigenvalue of the N x N matrix of the Frobenius norms |Q_i^(1/2) Q_j^(1/2)|", _norms_top,
    {"its trace": lambda x: sum((trace(q * q) for q in x.matrices), F(0))},
)  # fmt: skip
COHERENCE = told(
    "the coherence lambda_S/Lambda: 1 for orthogonal components of rank one, larger the more alike they are",
    lambda x: ball(_norms_top(x)) / ball(_sharpest(x)),
    {"lambda_S over the largest eigenvalue of Q": lambda x: ball(_norms_top(x)) / ball(ends(x.mean)[1])},
)  # fmt: skip
C_MS = told(
    "E||t_p - t*||^2 -> 0 from every start exactly for 0 < C < C_ms", threshold,
    {"(E||t_p - t*||)^2 -> 0 for the mean path alone exactly for 0 < C < C_ms": lambda x: threshold(x.full()),
     "E||t_p - t*||^2 -> 0 with one sample a step exactly for 0 < C < C_ms":
         lambda x: threshold(x.one())},
)  # fmt: skip


def ratio(words: str, drawn: Callable[[Sum], Sum], other: str, without: Value) -> Any:
    """C_ms/k of a sum whose batches of k are drawn so."""

    def value(x: Sum) -> Any:
        of = drawn(x)
        return ball(threshold(of)) / len(of.law[0][0])

    return told(words, value, {other: lambda x: ball(threshold(without(x)))})


RATIO_ONE = ratio("C_ms for one sample a step", Sum.one, "C_ms for batches of k", lambda x: x)
RATIO_REPLACED = ratio(
    "C_ms/k for k samples with replacement", Sum.replaced,
    "C_ms for k samples with replacement", Sum.replaced,
)  # fmt: skip
RATIO_SUBSETS = ratio(
    "C_ms/k for k of N samples without replacement", Sum.subsets,
    "C_ms for k of N samples without replacement", Sum.subsets,
)  # fmt: skip
LAMBDA_0 = told(
    "the least eigenvalue of E e_0 e_0', e_0 = t_0 - t*", lambda x: ends(_second(x))[0],
    {"its largest eigenvalue": lambda x: ends(_second(x))[1]},
)  # fmt: skip
GROWTH = told(
    "lim (1/p) log E||t_p - t*||^2 from a start with lambda_0 > 0",
    lambda x: _growth(x.moved, _second(x), x.size),
    {"lim (1/p) log ||E[t_p - t*]||^2": lambda x: _growth(x.full().moved, _second(x), x.size),
     "lim (1/p) log (E||t_p - t*||^2)^2": lambda x: 2 * _growth(x.moved, _second(x), x.size)},
    low="where M_C = 0",
)  # fmt: skip
Q_V = told(
    "v'Qv for a unit vector v", lambda x: _form(x, x.mean), {"v'Q_1 v": lambda x: _form(x, x.matrices[0])},
)  # fmt: skip
L_J = told(
    "an eigenvalue of the mean Q", lambda x: _form(x, x.mean),
    {"an eigenvalue of Q_1": lambda x: _form(x, x.matrices[0])},
)  # fmt: skip
V_J = told(
    "variance of Q_Y along the eigendirection j, Y a uniform index, where the Q_i commute", _variance,
    {"mean square of Q_Y there": lambda x: sum((y * y for y in _forms(x)), F(0)) / len(_forms(x))},
)  # fmt: skip
M_V = told(
    "E[(v'Q_B v)^2]", lambda x: sum((_form(x, q) ** 2 * fraction(p) for q, p in x.drawn), F(0)),
    {"(v'Qv)^2": lambda x: _form(x, x.mean) ** 2},
)  # fmt: skip
N_V = told(
    "E|Q_B v|^2", lambda x: _form(x, x.over(lambda q: q * q)),
    {"|Qv|^2": lambda x: _form(x, x.mean * x.mean)},
)  # fmt: skip
FORM = told(
    "v' (M_C vv') v for a unit vector v", lambda x: _form(x, x.applied(_outer(x))),
    {"v' W v": lambda x: _form(x, _on_identity(x))},
)  # fmt: skip
FORM_EXCESS = told(
    "v' ((M_C - 1) vv') v", lambda x: _form(x, x.applied(_outer(x)) - _outer(x)),
    {"v' (M_C vv') v": lambda x: _form(x, x.applied(_outer(x)))},
)  # fmt: skip
TRACE_EXCESS = told(
    "trace of (M_C - 1) vv'", lambda x: trace(x.applied(_outer(x)) - _outer(x)),
    {"trace of M_C vv'": lambda x: trace(x.applied(_outer(x)))},
)  # fmt: skip
NU_MIN = told(
    "the least nu with det(E[Q_Y Q Q_Y] - Q^3 - nu Q) = 0: nu_min Q is below the noise E[Q_Y Q Q_Y] - "
    "Q^3 in the "
    "order of symmetric matrices", lambda x: _bracket(x)[0],
    {"the same divided by kappa": lambda x: _bracket(x)[0] / (_factor(x) or 1)},
)  # fmt: skip
NU_MAX = told(
    "the largest nu with det(E[Q_Y Q Q_Y] - Q^3 - nu Q) = 0: nu_max Q is above the noise E[Q_Y Q Q_Y] - Q^3",
    lambda x: _bracket(x)[1], {"the same times kappa": lambda x: _bracket(x)[1] * _factor(x)},
)  # fmt: skip
LEAST_J = Meaning(
    "the least over the eigenvalues l_j of Q", min, near=[Meaning("the largest over them", max)]
)
LARGEST_J = Meaning("the largest over them", max, near=[Meaning("the least over them", min)])
SIGMA = told(
    "E[(t_p - t*)(t_p - t*)']", _second, {"(E[t_p] - t*)(E[t_p] - t*)'": lambda x: mean_of(x.starts) *
                                         mean_of(x.starts).transpose()},
)  # fmt: skip
SIGMA_NEXT = told(
    "Sigma one step later", _stepped,
    {"Sigma one step later, gradients at t* left out": lambda x: _stepped(replace(x, pushes=()))},
)  # fmt: skip
SIGMA_INF = told(
    "lim of Sigma; the quotient is the inverse linear map applied to C kappa Gamma", _still,
    {"what one step adds": _noise},
)  # fmt: skip
GAMMA = told(
    "E[g_Y g_Y'], g_i = grad f_i(t*)", lambda x: mean_of([g * g.transpose() for g in x.pushes]),
    {"the sum of g_i g_i'": lambda x: total([g * g.transpose() for g in x.pushes])},
)  # fmt: skip
MEAN_START = told(
    "|E[t_0] - t*|^2", _middle, {"E|t_0 - E t_0|^2": lambda x: trace(_second(x)) - _middle(x)},
)  # fmt: skip
W = told(
    "M_C(1), the second-moment operator of Q-MS at the identity", _on_identity,
    {"(I - C Q)^2": lambda x: _on_identity(x.full())},
)  # fmt: skip
W_MIN = told(
    "the least eigenvalue of W", lambda x: ends(_on_identity(x))[0],
    {"the largest eigenvalue of W": lambda x: ends(_on_identity(x))[1]},
)  # fmt: skip
W_MAX = told(
    "the largest eigenvalue of W", lambda x: ends(_on_identity(x))[1],
    {"the least eigenvalue of W": lambda x: ends(_on_identity(x))[0]},
)  # fmt: skip
NON_UNIFORMITY = told(
    "E[Q_Y^2] - Q^2 for one uniform index Y: the non-uniformity", _spread,
    {"E[Q_Y^2]": lambda x: mean_of([q * q for q in x.matrices])},
)  # fmt: skip
W_MEAN = told(
    "tr W/d", lambda x: trace(_on_identity(x)) / x.size, {"tr W": lambda x: trace(_on_identity(x))},
)  # fmt: skip
Q_MEAN = told("tr Q/d", lambda x: trace(x.mean) / x.size, {"tr Q": lambda x: trace(x.mean)})
Q2_MEAN = told(
    "tr Q^2/d",
    lambda x: trace(x.mean * x.mean) / x.size,
    {"(tr Q/d)^2": lambda x: (trace(x.mean) / x.size) ** 2},
)
S_MEAN = told(
    "tr Sigma/d", lambda x: trace(_spread(x)) / x.size, {"tr Sigma": lambda x: trace(_spread(x))},
)  # fmt: skip
E2 = told(
    "mean squared distance from t* at any step", lambda x: trace(_second(x)),
    {"squared distance of the mean from t* at any step": _middle},
)  # fmt: skip
E2_NEXT = told(
    "the same one step later", lambda x: trace(_stepped(x)), {"the same one full batch later": lambda x: trace(
        _stepped(x.full()))},
)  # fmt: skip


def _sign_change(below: Callable[[Sum, Fraction], bool]) -> Value:
    return lambda x: last_stable(lambda C: below(x, C))


def _w_below(x: Sum, C: Fraction) -> bool:
    return definiteness(x.mean * 2 - x.squares * rational(C)) == 1  # (1 - W)/C


def _mean_below(x: Sum, C: Fraction) -> bool:
    return trace(x.mean * 2 - x.squares * rational(C)) > 0  # d (1 - bar w)/C


def _path(x: Sum) -> flint.arb:
    """E log|1 - C Q_B|, d = 1."""
    factors = [(abs(1 - x.step * fraction(q[0, 0])), p) for q, p in x.drawn]
    if not all(f for f, _ in factors):
        return flint.arb("-inf")
    return sum((ball(f).log() * flint.arb(p) for f, p in factors), flint.arb(0))


def _path_falls(x: Sum, C: Fraction) -> bool:
    """Whether the product of the factors is below 1: equal chances, d = 1."""
    found = F(1)
    for q, _ in x.drawn:
        found *= abs(1 - C * fraction(q[0, 0]))
    return found < 1


PATH = told(
    "E log|1 - C Q_B|", _path, {"log(E (1 - C Q_B)^2)": lambda x: ball(trace(x.moved)).log()},
)  # fmt: skip
C_AS = told(
    "E log|1 - C Q_B| < 0 exactly for 0 < C < C_as", _sign_change(_path_falls),
    {"E (1 - C Q_B)^2 < 1 exactly for 0 < C < C_as": threshold},
)  # fmt: skip
C_SUFF = Meaning("w_max < 1 exactly for 0 < C < C_suff", _sign_change(_w_below))
C_NEC = told(
    "bar w < 1 exactly for 0 < C < C_nec", _sign_change(_mean_below),
    {"w_max < 1 exactly for 0 < C < C_nec": C_SUFF.value},
)  # fmt: skip
C_SUFF = told(str(C_SUFF), C_SUFF.value, {str(C_NEC): C_NEC.value})
NU_MS = told(
    "C_ms^2 kappa times the largest eigenvalue of Sigma: the non-uniformity at the threshold, which a "
    "bound 1 would "
    "keep at most 1",
    lambda x: ball(threshold(x)) ** 2 * ball(x.kappa or 0) * ball(ends(_spread(x))[1]),
    {"C_ms kappa times the largest eigenvalue of Sigma":
         lambda x: ball(threshold(x)) * ball(x.kappa or 0) * ball(ends(_spread(x))[1])},
)  # fmt: skip
