r"""Batches in an order: cyclic over a fixed partition, or reshuffled every epoch.

Every datum is drawn once an epoch.  At x_i, where t = 2 - r2 = 1, an epoch multiplies q_j/q_i by 1 - a^2
where i and j are in two batches, and leaves it alone where they are in one.
"""

from __future__ import annotations

from sympy import Abs, And, Rational, Symbol, log

from theorem_audit.statement.claim import Assumption, Claim, Source
from theorem_audit.statement.meaning import Parameter
from theory import vocabulary as words
from theory.assumptions.sampling import NEW
from theory.minibatch.log_ratios import STEP_SIZE
from theory.model.autoencoder import ORTHONORMAL
from theory.notation import Eq, Ge, Gt, Le, Lt, a, b, n, q_i, q_i_next, q_j, q_j_next, r2, s
from theory.sources import RESHUFFLING_DRIFT
from theory.vocabulary import factors, observables, runs

p_cyclic = Symbol("P_cyclic", real=True)
factor_between = Symbol("f_between", real=True)
factor_off = Symbol("f_off", real=True)
factor_radial = Symbol("f_radial", real=True)
p_same = Symbol("P_same", real=True)
epoch_ratio = Symbol("Lambda_ratio", real=True)
epoch_uniform = Symbol("Lambda_uniform", real=True)
epoch_off = Symbol("Lambda_off", real=True)
epoch_radial = Symbol("Lambda_radial", real=True)
u = Symbol("u", real=True)
first_square = Symbol("X", real=True)
second_square = Symbol("Y", real=True)
multiplier = Symbol("mu_1", real=True)
other_multiplier = Symbol("mu_2", real=True)
epochs = Symbol("K", integer=True)
mass_elsewhere = Symbol("R", real=True)

CYCLIC = Assumption(
    "cyclic",
    And(Ge(b, 1), Ge(n, 2 * b), Eq(n, epochs * b)),
    item=words.CYCLIC,
)

_CYCLIC_PARTS = {
    "inside": Eq(q_i_next * q_j, q_j_next * q_i),
    "between": And(Eq(factor_between, 1 - a**2), Eq(factor_off, 1 - a)),
    "radial": Eq(factor_radial, 1 - 4 * a),
    "attraction": And(Lt(factor_between**2, 1), Lt(factor_off**2, 1), Lt(factor_radial**2, 1)),
}

SAMPLING_CYCLIC = Claim(
    id="SAMPLING-CYCLIC",
    title="Cyclic order: ratios inside a batch, and the factors of an epoch",
    formula=And(*_CYCLIC_PARTS.values()),
    parts=_CYCLIC_PARTS,
    source=NEW,
    bound="exact",
    chapter=__name__,
    assumptions=(ORTHONORMAL, CYCLIC, STEP_SIZE),
    steps=("inside", "between", "radial", "attraction"),
    symbols={
        "K": Parameter("batches an epoch"),
        "q_i": observables.Q_I.said(
            "<w, x_i>; in the equation with q_i^+, at every state and every a, i and j are in one "
            "batch of the partition, both live"
        ),
        "q_j": observables.Q_J.shared,
        "f_between": factors.EPOCH_RATIO.shared,
        "f_off": factors.EPOCH_OFF.shared,
        "f_radial": factors.EPOCH_RADIAL.shared,
    },
    remark=(
        "So the unit sphere of each batch's span attracts (a single point of it does only at b = 1): a "
        "block-sparse limit, with the start's direction inside the block. Not from every start: "
        "SAMPLING-CYCLIC-SHARED."
    ),
    survivors={
        f"exponent: {x}**2 -> {x}**3 (part {part})": "weaker: |f| < 1 implies f^3 < 1"
        for part, x in ((1, factor_between), (2, factor_off), (3, factor_radial))
    },
)

SAMPLING_CYCLIC_SHARED = Claim(
    id="SAMPLING-CYCLIC-SHARED",
    title="Cyclic order: an exact periodic orbit on two batches",
    formula=And(
        Eq(a, 1 / (2 * u**2) + Rational(1, 2) - u),
        Eq(first_square, 2 * u**2 / (1 + u + 2 * u**2)),
        Eq(second_square, 2 / (1 + u + 2 * u**2)),
        Eq(multiplier, (2 * u + 1 - 2 / u) ** 2),
        Eq(other_multiplier, (2 * u - 3 + 2 / u) ** 2),
        Lt(multiplier, 1),
        Gt(other_multiplier, 1),
        Eq(r2, 2 * (1 + u**2) / (1 + u + 2 * u**2)),
    ),
    source=Source(
        "finding", "the first draft: cyclic sampling ends on one batch - not from every start"
    ),
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        CYCLIC,
        Assumption(
            "parameter",
            And(Gt(u, 0), Lt(u, 1), Gt(2 * u**3, 1)),
            note="2^(-1/3) < u < 1; a falls from 1/2 to 0 as u grows over it, so each a has one u",
        ),
        Assumption("rest", Eq(mass_elsewhere, 0), note="R = 0: no mass but in two batches A, B"),
    ),
    steps=("orbit", "every step size", "multipliers", "saddle", "radius"),
    symbols={
        "u": Parameter("1 - a X, what is left of q_B when A is seen"),
        "X": runs.FIRST_MASS.shared,
        "Y": runs.SECOND_MASS.shared,
        "a": runs.ORBIT_STEP.shared,
        "mu_1": runs.MULTIPLIER.shared,
        "mu_2": runs.OTHER_MULTIPLIER.shared,
        "r2": runs.ORBIT_NORM.shared,
        "R": Parameter("the mass outside A and B"),
    },
    remark=(
        "Finding: the first draft's 'so the limit is supported on one batch' is false from these starts, "
        "though every other hypothesis of SGD-SPARSE holds. mu_2 > 1: a saddle, so nearby starts leave "
        "it but for a curve. To first order sqrt(X/Y) = 1 - a/2 and mu_2 = 1 + a^2. "
        "Rational: u = 31/35. Uniqueness beyond the symmetric orbits is not claimed."
    ),
    survivors={"sign: mu_1 -> -mu_1": "weaker: mu_1 is a square"},
)

SAMPLING_CYCLIC_LIMIT = Claim(
    id="SAMPLING-CYCLIC-LIMIT",
    title="Cyclic order: the limit from almost every start",
    formula=Eq(p_cyclic, 1),
    source=Source("new", "the global picture of the cyclic map is not proved"),
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        CYCLIC,
        STEP_SIZE,
        Assumption("start", Eq(r2, 1), item=words.ROTATION_INVARIANT),
        Assumption(
            "live coordinate",
            And(Gt(s, 0), Le(s, r2)),
            note="s is the live mass (linear: all of it)",
        ),
    ),
    symbols={"P_cyclic": runs.ON_ONE_BATCH.said(f"{runs.ON_ONE_BATCH}, given s > 0")},
    remark="Supported by runs only, but for two batches and a <= 2/5 (SAMPLING-CYCLIC-ROOM). "
    "SAMPLING-CYCLIC-SHARED shows that 'almost' is needed.",
    survivors={
        "other item: cyclic -> uniform subsets": "true: the limit is one datum, which is in some batch "
        "(SGD-SPARSE)",
        "other item: cyclic -> reshuffled": "open, as the claim is: in runs the limit is one datum, as its "
        "exponents say (SAMPLING-RESHUFFLED)",
    },
)

_RESHUFFLED_PARTS = {
    "same batch": Eq(p_same, (b - 1) / (n - 1)),
    "epoch": And(
        Eq(epoch_ratio, (n - b) / (n - 1) * log(1 - a**2)),
        Eq(epoch_off, log(1 - a)),
        Eq(epoch_radial, log(Abs(1 - 4 * a))),
    ),
    "uniform": Eq(epoch_uniform, (n - b) / (n - 1) * log(1 - a**2)),
}

SAMPLING_RESHUFFLED = Claim(
    id="SAMPLING-RESHUFFLED",
    title="Exponents per epoch when the data are reshuffled each epoch",
    formula=And(*_RESHUFFLED_PARTS.values()),
    parts=_RESHUFFLED_PARTS,
    source=NEW.with_prior(RESHUFFLING_DRIFT),
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        Assumption(
            "reshuffled",
            And(Ge(b, 1), Lt(b, n), Eq(n, epochs * b)),
            item=words.RESHUFFLED,
            needed=True,
            witness="test_a_batch_size_that_does_not_divide_n_shares_batches_otherwise",
        ),
        STEP_SIZE,
    ),
    steps=("same batch", "epoch", "uniform"),
    symbols={
        "K": Parameter("batches an epoch"),
        "P_same": factors.SHARED_BATCH.shared,
        "Lambda_ratio": factors.LOG_RATIO.said(
            "E of the change of log|q_j/q_i| over an epoch at x_i, j live"
        ),
        "Lambda_uniform": factors.LOG_RATIO.said("the same for n/b independent uniform batches"),
        "Lambda_off": factors.LOG_OFF.said("of log|w_perp|: without randomness"),
        "Lambda_radial": factors.LOG_RADIAL.said(
            "of log|q_i^2 - 1|: without randomness", low="at a = 1/4"
        ),
    },
    remark="At b = 1 every epoch multiplies q_j/q_i at x_i by 1 - a^2 exactly, whatever the order.",
)
