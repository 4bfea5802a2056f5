"""Speed of the N x N thresholds.

    python -m benchmarks.gram [--sizes 250 500 1000 2000] [--out FILE]
    python -m benchmarks.gram --large 10000 --batch-size 1 64 --out FILE    one size, and its memory
    python -m benchmarks.gram --product 1000 2000 10000 --out FILE          one product with T alone

One thread; all times are this process's CPU seconds, which a busy machine does not change. Ratios
against one spectral radius of the dense operator on N^2 and against the threshold from the p^2 form,
both by LAPACK and in the same run; the growth exponent from the largest two sizes; the width that was
asked for is 1e-8 for every batch size 1, 2, 4, ..., N.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")  # before numpy is imported

import numpy as np  # noqa: E402

from benchmarks.outputs import named, refuse_anothers  # noqa: E402

HERE = Path(__file__).parent
WIDTH = 1e-8
NARROW = 1e-10  # where agreement to 1e-9 is to be shown


def kernel(N: int, seed: int = 0) -> Any:
    """The tangent kernel of a tanh network with 300 units on scikit-learn's digits (with noise past
    1,797).
    """
    from sklearn.datasets import load_digits

    rng = np.random.default_rng(seed)
    x = load_digits().data / 16
    while len(x) < N:
        x = np.concatenate([x, x + 0.1 * rng.normal(size=x.shape)])
    W, v = rng.normal(size=(64, 300)) / 8, rng.normal(size=300) / 17
    x = x[:N]
    hidden = np.tanh(x @ W)
    back = (1 - hidden**2) * v
    return hidden @ hidden.T + (x @ x.T) * (back @ back.T)


def gaussian(N: int, seed: int = 0) -> Any:
    """K = J J' of a Gaussian J with 2N parameters: T's gap is small."""
    J = np.random.default_rng(seed).normal(size=(N, 2 * N)) / math.sqrt(2 * N)
    return J @ J.T


def thresholds(K: Any) -> dict[str, Any]:
    """Time decomposition and all powers of two."""
    from sim import Gram, mean_square_threshold

    N = len(K)
    begun = time.process_time()
    gram = Gram.from_matrix(K)
    middle = time.process_time()
    found = mean_square_threshold(
        gram, batch_size=[2**k for k in range(N.bit_length()) if 2**k <= N], width=WIDTH
    )
    end = time.process_time()
    return {
        "N": N, "decomposition_s": middle - begun, "thresholds_s": end - middle,
        "total_s": end - begun, "batch_sizes": len(found),
        "products": sum(x.products for x in found) / 2, "widest": max(x.width for x in found),
    }  # fmt: skip


def ratios(size: int = 60) -> dict[str, Any]:
    """Ours against the dense operator at N = size and the p^2 form at p = size; and the agreement.

    dense: *one* spectral radius of M_C on (N^2, N^2), in the coordinates in which it is symmetric; a
    threshold would take some 27 of them. parameters: the whole threshold, as the largest eigenvalue of
    the pencil (G, A) of Q-MS on (p^2, p^2).
    """
    from scipy import linalg

    from sim import Gram, mean_square_threshold

    rng = np.random.default_rng(1)
    J = rng.normal(size=(size, size)) / math.sqrt(size)
    b = 4
    kappa = (size - b) / (b * (size - 1))
    times = []
    for _ in range(7):
        begun = time.process_time()
        found = mean_square_threshold(Gram.from_jacobian(J), batch_size=b, width=NARROW)
        times.append(time.process_time() - begun)
    fast = float(np.median(times))

    def parts() -> tuple[Any, Any]:
        Q = np.einsum("np,nq->npq", J, J)
        mean, one = Q.mean(axis=0), np.eye(size)
        flat = Q.reshape(size, -1)
        each = (flat.T @ flat / size).reshape((size,) * 4).transpose(0, 2, 1, 3)
        G = (1 - kappa) * np.kron(mean, mean) + kappa * each.reshape(size**2, size**2)
        return np.kron(mean, one) + np.kron(one, mean), (G + G.T) / 2

    last = [size**2 - 1] * 2
    C = found.middle
    begun = time.process_time()
    A, G = parts()
    M = np.eye(size**2) - C * A + C**2 * G
    radius = float(linalg.eigvalsh(M, subset_by_index=last)[0])
    dense_time = time.process_time() - begun
    begun = time.process_time()
    A, G = parts()
    threshold = 1 / float(linalg.eigh(G, A, eigvals_only=True, subset_by_index=last)[0])
    p_time = time.process_time() - begun
    return {
        "size": size, "ours_s": fast, "dense_s": dense_time, "parameters_s": p_time,
        "dense_ratio": dense_time / fast, "parameters_ratio": p_time / fast,
        "radius_gap": abs(radius - 1), "parameters_gap": abs(threshold / C - 1),
    }  # fmt: skip


def large(N: int, sizes: list[int], keep: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """Time one N and read the process's peak memory; `keep` is called with what is known so far."""
    from sim import Gram, mean_square_threshold
    from sim.problems.gram import memory

    row: dict[str, Any] = {"N": N, "stated_bytes": memory(N), "batch_sizes": {}}

    def told() -> None:
        row["peak_bytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        print(json.dumps(row), flush=True)
        keep(row)

    K = kernel(N)
    begun = time.process_time()
    gram = Gram.from_matrix(K)
    del K
    row["decomposition_s"] = time.process_time() - begun
    told()
    for b in sizes:
        begun = time.process_time()
        found = mean_square_threshold(gram, batch_size=b, width=WIDTH)
        row["batch_sizes"][str(b)] = {
            "seconds": time.process_time() - begun, "low": found.low, "high": found.high,
            "width": found.width, "products": found.products / 2,
        }  # fmt: skip
        told()
    return row


def one_product(N: int) -> dict[str, Any]:
    """Time both halves of one product with T, on vectors that are not those of any K: time alone."""
    from fractions import Fraction

    from sim import Gram
    from sim.problems.gram_operator import Operator, Weights

    rng = np.random.default_rng(0)
    values = np.sort(rng.uniform(1, N, N))
    op = Operator(Gram(N, 1, values, rng.random((N, N)) / N, 0.0, 0.0), Fraction(1, 64))
    V = op.start()
    begun = time.process_time()
    W = op.spread(V)
    middle = time.process_time()
    op.apply(W, Weights(op.gram, op.kappa, 1.0))
    return {"N": N, "spread_s": middle - begun, "apply_s": time.process_time() - middle}


def main() -> int:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gram", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[250, 500, 1000, 2000])
    parser.add_argument("--ratio-size", type=int, default=60, help="0: none")
    parser.add_argument("--out", type=named, default=HERE.parent / "build" / "gram.json")
    parser.add_argument("--large", type=int, help="only this N, into OUT beside what it holds")
    parser.add_argument("--product", type=int, nargs="+", help="only one product with T at each N")
    parser.add_argument("--batch-size", type=int, nargs="+", default=[1], help="with --large")
    options = parser.parse_args()
    from benchmarks.report import environment

    refuse_anothers(parser, options.out, "environment curves", "product", "large")
    options.out.parent.mkdir(parents=True, exist_ok=True)
    if options.product:
        kept = json.loads(options.out.read_text()) if options.out.exists() else {}
        kept["product"] = {"environment": environment(), "rows": []}
        for N in options.product:
            kept["product"]["rows"].append(one_product(N))
            print(json.dumps(kept["product"]["rows"][-1]), flush=True)
            options.out.write_text(json.dumps(kept, indent=1) + "\n")
        return 0
    if options.large:
        kept = json.loads(options.out.read_text()) if options.out.exists() else {}

        def keep(row: dict[str, Any]) -> None:
            kept["large"] = {"environment": environment(), **row}
            options.out.write_text(json.dumps(kept, indent=1) + "\n")

        large(options.large, options.batch_size, keep)
        return 0
    result: dict[str, Any] = {
        "environment": environment(),
        "width": WIDTH,
        "cores": 1,
        "curves": {},
    }
    if options.ratio_size:
        result["ratios"] = ratios(options.ratio_size)
        print(json.dumps(result["ratios"]), flush=True)
    for name, make in (("network", kernel), ("gaussian", gaussian)):
        rows = []
        for N in options.sizes:
            rows.append(thresholds(make(N)))
            print(name, json.dumps(rows[-1]), flush=True)
        result["curves"][name] = rows
        if len(rows) > 1:
            one, two = rows[-2:]
            per = [
                (x["decomposition_s"] + x["thresholds_s"]) / (x["products"] + 20)
                for x in (one, two)
            ]
            growth = math.log(two["total_s"] / one["total_s"]) / math.log(two["N"] / one["N"])
            a_product = math.log(per[1] / per[0]) / math.log(two["N"] / one["N"])
            result.setdefault("exponents", {})[name] = {"total": growth, "a_product": a_product}
            print(
                name, "exponent", round(growth, 2), "of a product", round(a_product, 2), flush=True
            )
    result["peak_bytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    options.out.write_text(json.dumps(result, indent=1) + "\n")
    print(options.out)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
