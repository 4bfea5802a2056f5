# %% [markdown]
# # A tour in ten minutes
#
# Jupytext percent format: open it as a notebook in VS Code, Spyder or Jupyter (with jupytext), or run
# `python proofs_notes/tour.py`. `tests/tool/test_tour.py` runs it, so what it says is true.

# %%
import dataclasses

import numpy as np
from sympy import Eq, Rational, latex

import theorem_audit as audit
from sim import from_weights, simulate
from theory import claims
from theorem_audit.exact.zero import Refuted, check_certificate, is_zero, prove_nonnegative
from theory.notation import S, a, delta, delta_next

# %% [markdown]
# ## 1. A claim is a record
#
# Its formula is a SymPy relation between named scalars: no n, d or b is fixed anywhere.

# %%
norm = claims["NORM"]
first, *_ = (part for part in norm.formula.args if part.lhs == delta_next)
print(norm.title)
print(latex(first))

# %% [markdown]
# ## 2. Its verdict comes from running its evidence
#
# The evidence is handed the very object that is judged. Hand it a wrong one, and it is refuted.

# %%
print(audit.check(norm).name)
wrong = dataclasses.replace(norm, formula=norm.formula.replace(first, Eq(first.lhs, -first.rhs)))
refused = audit.check(wrong)
print(refused.name, "-", refused.reasons[0][:100])
assert (audit.check(norm).name, refused.name) == ("proved", "refuted")

# %% [markdown]
# ## 3. An inequality is certified, not plotted
#
# One step keeps delta = ||w||^2 - 1 below a/4, for every a up to 8573/20000. The proof is a table of
# non-negative Bernstein coefficients; a separate checker reads it again.

# %%
step = delta * (1 - 4 * a * S) + a**2 * S * ((1 - delta) ** 2 - S * (1 - 3 * delta))
assert is_zero(step - first.rhs)


def band(a_max):
    return prove_nonnegative(
        a / 4 - step, {a: (0, a_max), delta: (-1, a / 4), S: (0, 1 + delta)}
    )


certificate = band(Rational(8573, 20000))
print("cells:", check_certificate(certificate))
try:
    band(Rational(8574, 20000))
except Refuted as refuted:
    print("one step further it is false, at", refuted.witness)
else:
    raise AssertionError("8573/20000 is the last such number: the next one must be refuted")

# %% [markdown]
# ## 4. The dynamics, played out
#
# The same start, two batch sizes. Full batch keeps its direction; b = n - 1 ends on one data point.

# %%
rng = np.random.default_rng(7)
n, d, runs = 8, 12, 200
data = np.linalg.qr(rng.normal(size=(d, n)))[0].T  # orthonormal rows
weight = rng.normal(size=(runs, d))
weight *= 0.8 / np.linalg.norm(weight, axis=1, keepdims=True)
q, rho = from_weights(weight, data)
for b in (n, n - 1):
    end = simulate(q, rho, batch_size=b, step_size=0.3 * b, steps=20_000, seed=1)
    mass = end.q**2
    share = mass.max(axis=1) / mass.sum(axis=1)
    print(f"b = {b}: largest share of the mass {share.min():.3f} to {share.max():.3f}")
    assert (share > 0.999).all() if b < n else share.max() < 0.999

# %% [markdown]
# ## 5. What rests on what
#
# Edges are read off the run: which formulas the evidence of a claim looked at.

# %%
verdict = audit.check(claims["BAND"])
print(verdict.claim_id, verdict.name, "rests on", verdict.uses)
assert "NORM" in verdict.uses
