"""Searches for counterexamples to the claims of chapter gram_thresholds.

``FALSIFIERS[id](claim, rng, seconds)`` draws settings inside ``claim.region`` until the time is up,
judges ``claim.formula`` by an independent route (all batches enumerated, the p^2 operator over the
rationals, balls), raises ``Refuted`` with the setting where it fails, and returns the number of
settings judged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import Any

import flint
import numpy as np
from flint import fmpq_mat
from sympy import Basic, Expr, Integral, Rational, exp, oo, sign, solve
from sympy.core.relational import Eq

from tests.falsify.model.draw import until
from tests.falsify.seeing import measured
from tests.falsify.sums.sums import as_sum, counts, law_of
from tests.quadratic.cases import Case
from tests.quadratic.gram_cases import Model, fraction, in_parameters, matrix_T, plain, rational
from theorem_audit.exact.bernstein import Refuted
from theorem_audit.exact.zero import relations
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.quadratic import gram_thresholds as g
from theory.quadratic.bounds import kappa_1, kappa_2, threshold_of
from theory.quadratic.mean_square import gradient2
from theory.quadratic.second_moment import C, N, k, kappa
from theory.quadratic.thresholds import compare, definiteness, identity
from theory.vocabulary.batch_means import Means
from theory.vocabulary.gram import Mode, Residuals, entries
from theory.vocabulary.quadratic_sum import Sum

F = Fraction


def _inside(claim: Claim, point: Mapping[Any, Any]) -> bool:
    """Whether the region admits the point; symbols without a value there must not decide it.

    What is played has a shared minimiser, so |g|^2 is 0.
    """
    if claim.region.subs({gradient2: 0, **point}) != True:  # noqa: E712 - a SymPy Boolean
        return False
    claim.drawn((*point, gradient2))
    return True


def _number(rng: np.random.Generator, low: int = 0, high: int = 4, most: int = 6) -> Fraction:
    bottom = int(rng.integers(1, most))
    return F(int(rng.integers(low * bottom, high * bottom + 1)), bottom)


def _model(rng: np.random.Generator, largest: int = 3, *, still: bool = False) -> Model:
    """still: K = 0 at times, where no step moves."""
    size = int(rng.integers(2, largest + 1))
    roots = [_number(rng, 0, 2, 4) for _ in range(size)]
    if still and not rng.integers(8):
        roots = [F(0)] * size
    elif not any(roots):
        roots[0] = F(1)
    skew = [(i, j, _number(rng, -2, 2, 4)) for j in range(size) for i in range(j)]
    scheme = str(rng.choice(["uniform", "replacement"]))
    return Model(tuple(roots), tuple(skew), int(rng.integers(1, size + 1)), scheme)


def _judge(claim: Claim, relation: Basic, values: Mapping[Any, Any], **witness: Any) -> None:
    """Refuted when the relation is false, or false at every corner where a value is an interval."""
    ends = {x: v if isinstance(v, tuple) else (v, v) for x, v in values.items()}
    names = list(ends)
    for corner in product(*(sorted(set(ends[x])) for x in names)):
        pairs = zip(names, corner, strict=True)
        point = {x: plain(v) if isinstance(v, Fraction) else v for x, v in pairs}
        if relation.xreplace(point).doit() != False:  # noqa: E712 - a SymPy Boolean
            return
    raise Refuted(f"{claim.id}: {relation} is false", witness)


MATRICES = (g.Sigma, g.linear, g.product, g.diagonal, g.image)


def q_gram(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """The claimed map entry by entry, and the sign of C_ms - C, on random rational models."""
    count = 0
    for _ in until(seconds):
        model = _model(rng, still=True)
        size, step = len(model.roots), _number(rng, 0, 3, 9) + F(1, 50)
        live = [x for x in model.values if x] or [F(1)]  # of K = 0 none is positive
        l_a, l_b = (live[int(x)] for x in rng.integers(len(live), size=2))
        if model.case.kappa < 1 and not rng.integers(8):  # the pole
            step = size * (1 / l_a + 1 / l_b) / (1 - model.case.kappa)
        point = {N: size, k: model.batch_size, kappa: plain(model.case.kappa), C: plain(step)}
        here = {**point, g.l_a: plain(l_a), g.l_b: plain(l_b)}
        if not _inside(claim, {**here, **_diagonal_top(claim, model)}):
            continue
        count += 1
        if not any(model.values):
            raise Refuted(f"{claim.id}: K = 0, and no C_ms is finite", {"model": model})
        _residuals(claim, rng, size, {g.C_ms: F(0)})
        law = law_of(size, model.batch_size, model.sampling)
        found = measured(claim, Means([F(0)] * size, [F(0)] * size, law), (g.off, g.on))
        factor = claim.meaning(kappa).value(counts(size, model.batch_size, model.sampling))
        for part in relations(claim.formula):
            if isinstance(part, Eq) and part.lhs in (g.off, g.on):
                _judge(claim, part.subs({**point, kappa: plain(factor)}), found, model=model)
        samples = [
            fmpq_mat([[rational(_number(rng, -2, 2))] for _ in range(size)]) for _ in range(size)
        ]
        parts = measured(claim, Residuals(model.gram, law, step, samples), MATRICES)
        expected = parts[g.image]
        claimed = claim.says(g.image).subs(point)
        for i, j in product(range(size), repeat=2):
            value = claimed.subs({x: plain(fraction(v[i, j])) for x, v in parts.items()})
            if value != plain(fraction(expected[i, j])):
                raise Refuted(f"{claim.id}: entry {i, j} of Sigma^+", {"model": model, "C": step})
        mode = Mode(l_a, l_b, step, size, found[g.off], found[g.on])
        if not mode.shrink():
            raise Refuted(
                f"{claim.id}: d_ab = 0, and tau_ab is no number", {"model": model, "C": step}
            )
        for part in relations(claim.formula):
            if part.has(g.d_ab):
                values = measured(claim, mode, (g.d_ab, g.tau))
                _judge(claim, part.subs(here), values, **_named(here))
        _threshold(claim, model, step, point)
    return count


def _residuals(claim: Claim, rng: np.random.Generator, size: int, never: Mapping[Any, Any]) -> None:
    """Residuals at the minimum by the claim's item: where one is not 0, no second moment of them tends to
    0, and each threshold named in ``never`` is 0."""
    residuals = claim.item(words.FIT).sample(rng, size)
    if any(residuals):
        for part in relations(claim.formula):
            if any(part.has(x) for x in never):
                _judge(claim, part, never, residuals=residuals)


def _threshold(claim: Claim, model: Model, step: Fraction, point: Mapping[Any, Any]) -> None:
    """C below the edge: the claimed sign; just beside the exact threshold as well."""
    found = claim.meaning(g.C_ms).value(as_sum(model.case))
    low, high = (
        F(int((found * 2**60).mid().floor().unique_fmpz()) + side, 2**60) for side in (0, 1)
    )
    steps = [step, low * (1 - F(1, 10**6)), high * (1 + F(1, 10**6))]
    critical = claim.conjunct(g.radius)
    (value,) = solve(critical, g.radius)
    T = entries(model.vectors, model.values, lambda l_a, l_b: claim.meaning(g.tau).value(
        Mode.at(l_a, l_b, low, len(model.roots), model.case.kappa)))  # fmt: skip
    top = claim.meaning(g.radius).value(T)
    bound = rational(Rational(value.subs(g.C_ms, plain(low))))
    if abs(top / bound - 1) > flint.arb("1e-9"):
        raise Refuted(f"{claim.id}: rho(T(C_ms))", {"model": model, "C_ms": found})
    for C_ in steps:
        if C_ * max(model.values) >= 2 * len(model.roots):
            continue
        at = {**point, C: plain(C_)}
        form = claim.says(g.tau).subs(at).subs(g.d_ab, claim.says(g.d_ab).subs(at))
        T = matrix_T(model, lambda a, b, form=form: form.subs({g.l_a: plain(a), g.l_b: plain(b)}))
        bound = rational(Rational(value.subs(g.C_ms, plain(C_))))
        got = definiteness(identity(len(model.roots)) * bound - T)
        if got != compare(model.case.problem, model.case.kappa, C_):
            raise Refuted(f"{claim.id}: sign of C_ms - C", {"model": model, "C": C_})


def _mode(claim: Claim, point: Mapping[Any, Any]) -> Mode:
    """The mode of a point of the claim's symbols; Refuted where its term would be divided by 0."""
    a, b, step, q = (F(int(x.p), int(x.q)) for x in (point[y] for y in (g.l_a, g.l_b, C, kappa)))
    mode = Mode.at(a, b, step, int(point[N]), q)
    if not mode.shrink():
        raise Refuted(f"{claim.id}: a mode's term is undefined", _named(point))
    return mode


def _ball_of_integral(whole: Expr) -> flint.arb:
    """A ball around factor * integral of exp(-sE) over (0, oo), by integration and a bound on the
    tail.
    """
    if not whole.has(Integral):  # a factor 0 leaves no integral
        return flint.arb(rational(Rational(whole)))
    (inner,) = whole.atoms(Integral)
    factor = Rational(whole / inner)
    (power,) = inner.function.atoms(exp)
    rest = Rational(inner.function / power)
    decay = Rational((-power.args[0] / g.s).simplify())
    if decay <= 0:
        raise Refuted(f"the integral {inner} diverges", {"decay": decay})
    E = flint.arb(rational(decay))
    end = 80 / E
    value = flint.acb.integral(lambda z, _: (-z * E).exp(), 0, end).real
    tail = (-end * E).exp() / E
    return (value + tail) * flint.arb(rational(factor * rest))


def q_gram_perron(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """Kernel, integral, covariance and both signs on random rational points; thresholds of random
    models.
    """
    count = 0
    for _ in until(seconds):
        point = {
            N: int(rng.integers(1, 6)), kappa: plain(_number(rng, 0, 1)), C: plain(_number(rng, 0, 3)),
            g.l_a: plain(_number(rng, 0, 4)), g.l_b: plain(_number(rng, 0, 4)),
        }  # fmt: skip
        if rng.integers(2):
            point[g.l_b] = point[g.l_a]  # a multiple of the identity: its entries are known
        more, less = _number(rng, 0, 1), _number(rng, -9 if rng.integers(3) else 0, 1)
        point |= {kappa_1: plain(more), kappa_2: plain(less)}
        if _inside(claim, point):
            count += 1
            model = _model(rng)
            size = len(model.roots)
            r, v = (fmpq_mat([[rational(_number(rng, -3, 3))] for _ in range(size)]) for _ in "rv")
            _perron_point(claim, point, model, r, v)
            found = {threshold_of(x): _enclosed(claim, model.case, factor)
                     for x, factor in ((kappa_1, more), (kappa_2, less))}  # fmt: skip
            for part in relations(claim.formula):
                if part.has(threshold_of(kappa_1)):
                    _judge(claim, part, found, model=model, kappa=(more, less))
    return count


def _enclosed(claim: Claim, case: Case, factor: Fraction) -> tuple[Any, Any]:
    """C_ms at a variance factor, of relative width 2^-39: more than the ball's own; oo at K = 0."""
    found = claim.meaning("C_ms").value(Sum(case.problem.matrices, kappa=factor)) + flint.arb(0)
    if not found.is_finite():
        return oo, oo
    middle = F(int((found * 2**80).mid().floor().unique_fmpz()), 2**80)
    return middle * (1 - F(1, 2**40)), middle * (1 + F(1, 2**40))


def _perron_point(
    claim: Claim, point: Mapping[Any, Any], model: Model, r: fmpq_mat, v: fmpq_mat
) -> None:
    mode, pulled = _mode(claim, point), model.gram * v
    y = [fraction(pulled[i, 0] * r[i, 0]) for i in range(r.nrows())]
    term = measured(claim, mode, (g.tau,))
    for part in relations(claim.formula):
        if part.has(Integral):
            ball = _ball_of_integral(part.rhs.subs({x: v for x, v in point.items()}))
            if not ball.overlaps(flint.arb(rational(term[g.tau]))):
                raise Refuted(f"{claim.id}: the integral", dict(point))
        elif part.has(g.tau):
            _judge(claim, part.subs(point), term, **_named(point))
        elif part.has(g.kappa_slope):
            here = Residuals(model.gram, step=mode.step, samples=[r])
            values = measured(claim, Means(y, y), (g.mean_y, g.mean_y2))
            values |= measured(claim, (here, v), (g.kappa_slope,))
            _judge(claim, part.subs(C, point[C]), values, **_named(point))
        elif part.has(g.entry):
            scale = max(mode.l_a, mode.l_b) / max(model.values)
            values = [scale * x for x in model.values]
            # Any two of them are below the edge, or the point says nothing of this T.
            if not all(_inside(claim, {**point, g.l_a: plain(x), g.l_b: plain(y)})
                       for x in values for y in values if x and y):  # fmt: skip
                continue
            T = entries(model.vectors, values, lambda l_a, l_b: replace(
                mode, l_a=l_a, l_b=l_b).term())  # fmt: skip
            _judge(claim, part, measured(claim, T, (g.entry,)), **_named(point))


def _named(point: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(x): v for x, v in point.items()}


def q_gram_order(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """Pairs K_1 = J J', K_2 = J J' + u w w', u = 1 (ordered) or -1, where the region admits it."""
    count = 0
    for _ in until(seconds):
        size, width = int(rng.integers(2, 4)), int(rng.integers(1, 3))
        point = {
            N: size, kappa: plain(_number(rng, 0, 1)), C: plain(_number(rng, 0, 2)),
            g.l_a: plain(_number(rng, 0, 4)), g.l_b: plain(_number(rng, 0, 4)),
        }  # fmt: skip
        turned = bool(rng.integers(2))
        if not _inside(claim, {**point, g.gap: -1 if turned else 0}):
            continue
        count += 1
        slope = measured(claim, _mode(claim, point), (g.tau_slope,))
        claim.drawn((g.K_1, g.K_2))
        for part in relations(claim.formula):
            if part.has(g.tau_slope):
                _judge(claim, part.subs(point), slope, **_named(point))
        still = not rng.integers(4)  # the lesser of the two is 0: no step moves it
        left = [[F(0) if still else _number(rng, -2, 2) for _ in range(width)] for _ in range(size)]
        extra = [_number(rng, -2, 2) for _ in range(size)]
        small = in_parameters([[*row, F(0)] for row in left])
        large = in_parameters([[*row, x] for row, x in zip(left, extra, strict=True)])
        if turned:
            small, large = large, small
        factor = F(int(point[kappa].p), int(point[kappa].q))
        found = {threshold_of(name): _enclosed(claim, x, factor)
                 for name, x in ((g.K_1, small), (g.K_2, large))}  # fmt: skip
        for part in relations(claim.formula):
            if part.has(threshold_of(g.K_1)):
                _judge(claim, part, found, left=left, extra=extra, kappa=factor)
    return count


def _diagonal_top(claim: Claim, model: Model) -> dict[Any, Any]:
    """l_max as the claim means it: K in the basis of its eigenvectors, where it is diagonal."""
    size = range(len(model.values))
    K = fmpq_mat([[rational(model.values[i]) if i == j else 0 for j in size] for i in size])
    return {x: plain(v) for x, v in measured(claim, K, (g.l_max,)).items()}


def q_gram_edge(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """Closed forms on random models, thresholds in p^2 dimensions; <1, T 1> by summing a matrix."""
    count = 0
    for _ in until(seconds):
        model = _model(rng)
        K, size = model.gram, len(model.roots)
        top, one = max(model.values), model.values[int(rng.integers(size))]
        step, factor = _number(rng, 0, 2, 9), _number(rng, 0, 1)
        point = {
            N: size,
            **_diagonal_top(claim, model),
            g.l_a: plain(one),
            C: plain(step),
            kappa: plain(factor),
        }
        if not _inside(claim, point):
            continue
        count += 1
        _residuals(claim, rng, size, {g.at_kappa(0): F(0), g.at_kappa(1): F(0), g.l_max: top,
                                      g.K_max: top, g.trace_k: top, N: F(size)})  # fmt: skip
        values = point | {x: plain(v) for x, v in measured(claim, K, (g.K_max, g.trace_k)).items()}
        ends = {g.at_kappa(x): _enclosed(claim, model.case, F(x)) for x in (0, 1)}
        reference = measured(claim, _mode(claim, {**point, g.l_b: point[g.l_a]}), (g.ones_form,))
        for part in relations(claim.formula):
            if part.has(g.at_kappa(0)):
                stated = fraction(Rational(part.rhs.subs(values)))
                low, high = ends[g.at_kappa(0)]
                if part.lhs != g.at_kappa(0) or not low <= stated <= high:
                    raise Refuted(f"{claim.id}: {part}", {"model": model})
            elif part.has(g.at_kappa(1)):
                _judge(claim, part.subs(values), {g.at_kappa(1): ends[g.at_kappa(1)]}, model=model)
            elif part.has(g.ones_form):
                _judge(claim, part.subs(values), reference, **_named(point))
    return count


def design(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """A: two equally likely batch means m +- w, so kappa v = w^2; B: two curvatures; logs by balls."""
    count = 0
    for _ in until(seconds):
        m, w, factor = _number(rng, 0, 3), _number(rng, 0, 3), F(1, int(rng.integers(1, 5)))
        size = m**2 + w**2
        low = (
            2 * m / size * _number(rng, 0, 6) / 5 if size else F(1)
        )  # about C_ms(A), and about low
        step = low * _number(rng, 0, 6) / 5
        h = _number(rng, 0, 9), _number(rng, 0, 9)
        point = {
            g.m_kept: plain(m), g.v_kept: plain(w**2 / factor), kappa: plain(factor), C: plain(step),
            g.low_kept: plain(low), g.h_1: plain(h[0]), g.h_2: plain(h[1]),
        }  # fmt: skip
        if not _inside(claim, point):
            continue
        count += 1
        moves = [1 - step * (m + w), 1 - step * (m - w)]
        rho = measured(claim, moves, (g.factor_kept,))
        falls = claim.meaning(g.Lambda_B).value([1 - step * x for x in h])
        p = abs((1 - step * h[0]) * (1 - step * h[1]))  # at 1 the ball of the logarithm has no sign
        for part in relations(claim.formula):
            if part.has(g.Lambda_B):
                right = Rational(part.rhs.subs(point))
                found = 0 if p == 1 else (falls > 0) - (falls < 0)
                if part.lhs != sign(g.Lambda_B) or right != found:
                    raise Refuted(f"{claim.id}: sign of Lambda_B", _named(point))
            elif part.has(g.Lambda_A):
                if all(moves):
                    exponent = claim.meaning(g.Lambda_A).value(moves)
                    gap = (part.gts - part.lts).subs(
                        {**point, g.factor_kept: plain(rho[g.factor_kept])}
                    )
                    slope = Rational(gap.coeff(g.Lambda_A))
                    rest = Rational(gap.subs(g.Lambda_A, 0))
                    if exponent * rational(slope) + rational(rest) < 0:
                        raise Refuted(f"{claim.id}: {part}", _named(point))
            else:
                _judge(claim, part.subs(point), rho, **_named(point))
    return count


FALSIFIERS: dict[str, Callable[[Claim, np.random.Generator, float], int]] = {
    "Q-GRAM": q_gram,
    "Q-GRAM-PERRON": q_gram_perron,
    "Q-GRAM-ORDER": q_gram_order,
    "Q-GRAM-EDGE": q_gram_edge,
    "DESIGN": design,
}
OUT_OF_REACH: dict[str, str] = {}
