"use strict";
// Exact rationals and the trees that figures/expressions.py writes: numbers, symbols, relations, and, or, not.
// A condition is true, false, or null where floats are too close to tell.
const tryIt = {};
(function () {
  const MARGIN = 1e-9;
  function gcd(x, y) {
    while (y) [x, y] = [y, x % y];
    return x < 0n ? -x : x;
  }
  function ratio(n, d) {
    if (d === 0n) return null;
    if (d < 0n) [n, d] = [-n, -d];
    const g = gcd(n, d) || 1n;
    return { n: n / g, d: d / g };
  }
  function read(text) {
    const found = /^\s*([+-]?)(\d*)(?:\.(\d*))?(?:\/(\d+))?\s*$/.exec(String(text));
    if (!found || !(found[2] || found[3])) return null;
    const tail = found[3] || "";
    const n = BigInt((found[2] || "0") + tail) * (found[1] === "-" ? -1n : 1n);
    return ratio(n, 10n ** BigInt(tail.length) * BigInt(found[4] || "1"));
  }
  const add = (x, y) => ratio(x.n * y.d + y.n * x.d, x.d * y.d);
  const times = (x, y) => ratio(x.n * y.n, x.d * y.d);
  const compare = (x, y) => {
    const left = x.n * y.d;
    const right = y.n * x.d;
    return left < right ? -1 : left > right ? 1 : 0;
  };
  // BigInt keeps what Number would lose: a long fraction is shifted before it is divided.
  function float(x) {
    const size = x.d.toString(2).length;
    const shift = size > 900 ? BigInt(size - 900) : 0n;
    return Number(x.n >> shift) / Number(x.d >> shift) || Number(x.n) / Number(x.d);
  }

  // A rational, or null where the tree has no rational value.
  function exact(tree, at) {
    const [kind, ...rest] = tree;
    if (kind === "q") return ratio(BigInt(rest[0]), BigInt(rest[1]));
    if (kind === "s") return at[rest[0]] || null;
    const parts = rest.map((x) => exact(x, at));
    if (parts.some((x) => x === null)) return null;
    if (kind === "+") return parts.reduce(add);
    if (kind === "*") return parts.reduce(times);
    if (kind === "min") return parts.reduce((x, y) => (compare(x, y) < 0 ? x : y));
    if (kind === "max") return parts.reduce((x, y) => (compare(x, y) > 0 ? x : y));
    if (kind === "abs") return { n: parts[0].n < 0n ? -parts[0].n : parts[0].n, d: parts[0].d };
    if (kind === "^") {
      const [x, power] = parts;
      if (power.d !== 1n || power.n > 64n || power.n < -64n) return null;
      const size = power.n < 0n ? -power.n : power.n;
      return power.n < 0n ? ratio(x.d ** size, x.n ** size) : ratio(x.n ** size, x.d ** size);
    }
    return null;
  }
  function about(tree, at) {
    const [kind, ...rest] = tree;
    if (kind === "q") return Number(rest[0]) / Number(rest[1]);
    if (kind === "s") return at[rest[0]] ? float(at[rest[0]]) : NaN;
    if (kind === "pi") return Math.PI;
    const parts = rest.map((x) => about(x, at));
    if (kind === "+") return parts.reduce((x, y) => x + y);
    if (kind === "*") return parts.reduce((x, y) => x * y);
    if (kind === "^") return parts[0] ** parts[1];
    if (kind === "min") return Math.min(...parts);
    if (kind === "max") return Math.max(...parts);
    const known = { abs: Math.abs, log: Math.log, exp: Math.exp, atan: Math.atan };
    return kind in known ? known[kind](parts[0]) : NaN;
  }
  const told = {
    "<": (c) => c < 0, "<=": (c) => c <= 0, ">": (c) => c > 0, ">=": (c) => c >= 0,
    "=": (c) => c === 0, "!=": (c) => c !== 0,
  };
  function holds(tree, at) {
    const [kind, ...rest] = tree;
    if (kind === "true") return true;
    if (kind === "false") return false;
    if (kind === "not") {
      const found = holds(rest[0], at);
      return found === null ? null : !found;
    }
    if (kind === "and" || kind === "or") {
      const found = rest.map((x) => holds(x, at));
      const decides = kind === "or";
      if (found.includes(decides)) return decides;
      return found.includes(null) ? null : !decides;
    }
    const [left, right] = rest.map((x) => exact(x, at));
    if (left !== null && right !== null) return told[kind](compare(left, right));
    const [x, y] = rest.map((tree) => about(tree, at));
    if (!Number.isFinite(x - y)) return null;
    return Math.abs(x - y) <= MARGIN * (1 + Math.abs(x) + Math.abs(y)) ? null : told[kind](x - y);
  }
  function value(tree, at) {
    const found = exact(tree, at);
    return found === null ? about(tree, at) : float(found);
  }
  Object.assign(tryIt, { read, add, times, compare, float, exact, holds, value, ratio });
})();
