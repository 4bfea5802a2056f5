r"""The Lyapunov exponent of SGD at a data point, for every step size.

Chemnitz and Engel: the sign of the top Lyapunov exponent of SGD, linearised at a global minimum, decides
whether SGD can accumulate there.  At x_i every sample's gradient vanishes, and the linearised step is
diagonal in a basis that contains the data, with independent factors from step to step; so its exponents are
means of log|factor|, and the top one is the largest of three:

    along x_i  (b/n) log|1 - 4a|,     along x_j  p log|1 - a^2|,     off the data  (b/n) log|1 - a|.

The last never is the largest, for any a > 0, so the top exponent does not depend on the dimension.
"""

from __future__ import annotations

from sympy import Abs, And, Gt, Max, Rational, Symbol, log, sign

from theorem_audit.statement.claim import Assumption, Claim, Source
from theory.minibatch.log_ratios import SAMPLING
from theory.model.autoencoder import ORTHONORMAL
from theory.notation import Eq, a, b, n
from theory.sources import LYAPUNOV_SIGN
from theory.vocabulary import factors

top = Symbol("lambda_top", real=True)

_TOP = Eq(
    top, b / n * log(Max(Abs(1 - a**2) ** ((n - b) / (n - 1)), Abs(1 - 4 * a), evaluate=False))
)
_SIGN = Eq(sign(top), sign(a - Rational(1, 2)))

LYAPUNOV = Claim(
    id="LYAPUNOV",
    title="The top Lyapunov exponent of SGD linearised at x_i, and its sign",
    formula=And(_TOP, _SIGN),
    source=Source(
        "new",
        "SGD-RATE's exponents for every step size, the largest of them and its sign",
        prior=(LYAPUNOV_SIGN,),
    ),
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        SAMPLING,
        Assumption("positive step", Gt(a, 0), sharp=Gt(a, 0)),
    ),
    steps=("top", "sign"),
    parts={"top": _TOP, "sign": _SIGN},
    symbols={
        "lambda_top": factors.LARGEST.shared,
    },
    remark=(
        "Negative exactly for a < 1/2, whatever n, b < n and d: SGD-EDGE, for all step sizes at once. At "
        "a = 1/4 and a = 1 one exponent is -oo, and the top one is not. At b = n the exponent along x_j is "
        "0 and the top one is never negative: then x_j is tangent to a sphere of minima, and across it the "
        "sign is the same. Only the exponent is claimed, not its consequence: the data are not "
        "interpolated, so the theorem of Chemnitz and Engel is not used; for a < 1/2 convergence is "
        "SGD-SPARSE, past it SGD-EDGE says what is known."
    ),
)
