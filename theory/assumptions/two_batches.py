r"""Two batches in turn: how far their periodic orbit is from the unit sphere, and where other starts go.

With all mass in A and B, masses X and Y, seeing A takes (X, Y) to (X g^2, Y f^2), where

    f = 1 - a X,      g = 1 + a (2 - 2X - Y).

Half an epoch, with the names exchanged afterwards, is H(X, Y) = (Y f^2, X g^2); an epoch is H o H.
Order masses by (X, Y) <= (X', Y') where X <= X' and Y >= Y'.  H turns this order round where g > 4aX, which
X <= Y implies; and where X >= Y the batch A, about to be seen, wins.
"""

from __future__ import annotations

from sympy import And, Rational, Symbol

from theorem_audit.statement.claim import Assumption, Claim, Source
from theorem_audit.statement.meaning import Parameter
from theorem_audit.statement.use import Use
from theory import vocabulary as words
from theory.assumptions.epochs import CYCLIC, SAMPLING_CYCLIC_SHARED, epochs, p_cyclic, u
from theory.model.autoencoder import ORTHONORMAL
from theory.notation import Eq, Gt, Le, Lt, a, d, n, r2, s
from theory.vocabulary import runs

excess = Symbol("D_r", real=True)
excess_slope = Symbol("D_r'", real=True)
exceptions = Symbol("N_lost", integer=True)

NEW = Source("new", "the map of the masses of two batches")
_CUBE_ROOT = 2 ** Rational(1, 3)
_QUADRATIC = 1 + u + 2 * u**2

_RADIUS_PARTS = {
    "value": Eq(excess, 2 * u**2 / _QUADRATIC**2),
    "monotone": And(
        Eq(excess_slope, 4 * u**4 * (2 * u**2 - 1) / ((1 + u**3) * _QUADRATIC**3)),
        Gt(excess_slope, 0),
    ),
    "range": And(
        Gt(excess, Rational(1, 8)),
        Lt(excess, 2 * _CUBE_ROOT / (6 + 5 * _CUBE_ROOT + 4 * _CUBE_ROOT**2)),
    ),
}

SAMPLING_CYCLIC_RADIUS = Claim(
    id="SAMPLING-CYCLIC-RADIUS",
    title="Cyclic order: the radius of the periodic orbit on two batches",
    formula=And(*_RADIUS_PARTS.values()),
    parts=_RADIUS_PARTS,
    source=NEW,
    bound="exact",
    chapter=__name__,
    assumptions=SAMPLING_CYCLIC_SHARED.assumptions,
    steps=("value", "monotone", "range"),
    symbols={
        "u": Parameter("as in SAMPLING-CYCLIC-SHARED: 1 - a X"),
        "D_r": runs.EXCESS.shared,
        "D_r'": runs.EXCESS_SLOPE.shared,
        "R": Parameter("the mass outside A and B"),
    },
    remark=(
        "Both ends are sharp and not attained: 1/8 as a -> 0, 0.13512... as a -> 1/2. So the orbit lies in "
        "BAND, above its middle: a/8 < r2 - 1 < a/4."
    ),
    survivors={
        "dropped term: 5*2**(1/3) out of 6 + 5*2**(1/3) + 4*2**(2/3)": "weaker: a larger upper end",
    },
)

SAMPLING_CYCLIC_TWO = Claim(
    id="SAMPLING-CYCLIC-TWO",
    title="Cyclic order of two batches: the limit from almost every start",
    formula=And(Eq(p_cyclic, 1), Eq(exceptions, 1)),
    source=NEW,
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        Assumption("linear neuron", item=words.LINEAR),
        CYCLIC,
        Assumption("two batches", Eq(epochs, 2)),
        Assumption(
            "step size",
            And(Gt(a, 0), Le(a, Rational(3, 7))),
            note="the strip |r2 - 1| <= a/4 is kept up to 0.4286...",
        ),
        Assumption("no room off the data", Eq(d, n)),
        Assumption("start", Eq(r2, 1), item=words.ROTATION_INVARIANT),
    ),
    steps=(
        "strip",
        "majority",
        "order",
        "fixed points",
        "sides",
        "middle",
        "count",
        "law",
    ),
    symbols={
        "P_cyclic": runs.ON_ONE_BATCH.shared,
        "N_lost": runs.LOST.shared,
    },
    remark=(
        "No theorem on planar maps is cited. A batch that is about to be seen and has half of the mass or more "
        "wins. From the one X that is lost the masses tend to the orbit of SAMPLING-CYCLIC-SHARED. "
        "Open: K >= 3, a > 3/7, d > n, and ReLU with a passive datum."
    ),
)

SAMPLING_CYCLIC_ROOM = Claim(
    id="SAMPLING-CYCLIC-ROOM",
    title="Cyclic order of two batches: the limit from almost every start, in any dimension and for ReLU",
    formula=Eq(p_cyclic, 1),
    source=NEW,
    bound="exact",
    chapter=__name__,
    applied={"SAMPLING-CYCLIC-TWO": (Use(where=Eq(d, n)),)},
    assumptions=(
        ORTHONORMAL,
        CYCLIC,
        Assumption("two batches", Eq(epochs, 2)),
        Assumption(
            "step size",
            And(Gt(a, 0), Le(a, Rational(2, 5))),
            note="BAND-LEAST holds up to 0.4053...",
        ),
        Assumption("start", Eq(r2, 1), item=words.ROTATION_INVARIANT),
        Assumption(
            "live coordinate",
            And(Gt(s, 0), Le(s, r2)),
            note="s is the live mass (linear: all of it)",
        ),
    ),
    steps=("strip", "majority", "lost", "manifold", "law"),
    cites=("analytic stable manifold theorem",),
    symbols={
        "P_cyclic": runs.ON_ONE_BATCH.said(f"{runs.ON_ONE_BATCH}, given s > 0"),
    },
    remark=(
        "SAMPLING-CYCLIC-LIMIT for K = 2 and a <= 2/5. Mass off the data and on passive data is no batch's: it "
        "is multiplied by f^2 whichever batch is seen."
    ),
    carried={
        "SAMPLING-CYCLIC-TWO": "its masses are those of the live data, where a ReLU neuron is linear; what is "
        "read of it is the map of two masses",
        "GD-CONVERGES": "where one batch alone is live, a step on it is full batch on its live data",
    },
)
