"use strict";
// One step of SGD on the autoencoder, in coordinates on the data (STEP, NORM), and the settings as symbols.
(function () {
  const live = (q, relu) => !relu || q > 0;

  function step(state, batch, a, relu) {
    const q = state.q;
    const r2 = q.reduce((sum, x) => sum + x * x, state.rho);
    let seen = 0;
    const inside = new Map();
    for (const i of batch) {
      inside.set(i, (inside.get(i) || 0) + 1);
      if (live(q[i], relu)) seen += q[i] * q[i];
    }
    const shrink = 1 - a * seen;
    return {
      q: q.map((x, j) => (live(x, relu) ? x * (shrink + a * (2 - r2) * (inside.get(j) || 0)) : x * shrink)),
      rho: state.rho * shrink * shrink,
    };
  }

  // Of the mean Hessian; phi'(0) = 0 for ReLU.
  function trace(state, d, relu) {
    const r2 = state.q.reduce((sum, x) => sum + x * x, state.rho);
    const seen = state.q.filter((x) => live(x, relu));
    const s = seen.reduce((sum, x) => sum + x * x, 0);
    return ((d + 4) * s - (2 - r2) * seen.length) / state.q.length;
  }

  // A small generator (mulberry32): the same seed, the same batches, in every browser.
  function generator(seed) {
    let state = seed >>> 0;
    return () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let x = Math.imul(state ^ (state >>> 15), state | 1);
      x = (x + Math.imul(x ^ (x >>> 7), x | 61)) ^ x;
      return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
    };
  }
  function shuffled(n, random, size) {
    const order = Array.from({ length: n }, (_, i) => i);
    for (let i = 0; i < size; i++) {
      const j = i + Math.floor(random() * (n - i));
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }
  function batches({ n, b, sampling, seed }, steps) {
    const random = generator(seed);
    const found = [];
    let order = [];
    for (let t = 0; t < steps; t++) {
      if (sampling === "uniform") found.push(shuffled(n, random, b).slice(0, b));
      else if (sampling === "replacement") {
        found.push(Array.from({ length: b }, () => Math.floor(random() * n)));
      } else {
        const at = (t * b) % n;
        if (at === 0) order = sampling === "cyclic" ? shuffled(n, random, 0) : shuffled(n, random, n);
        found.push(order.slice(at, at + b));
      }
    }
    return found;
  }

  function run(setting, drawn) {
    const a = setting.a;
    const relu = setting.neuron === "relu";
    let state = { q: setting.q, rho: setting.rho };
    const path = [{ ...state, trace: trace(state, setting.d, relu) }];
    for (const batch of drawn) {
      state = step(state, batch, a, relu);
      path.push({ ...state, trace: trace(state, setting.d, relu) });
      if (!Number.isFinite(state.rho) || state.q.some((x) => !(Math.abs(x) < 1e100))) break;
    }
    return path;
  }

  // The symbols of the regions that a setting gives a value, as exact rationals.  words: the start and a as typed.
  function symbols({ n, b, d, neuron, sampling }, words) {
    const whole = (x) => ({ n: BigInt(x), d: 1n });
    const q = words.q.map(tryIt.read);
    const rho = tryIt.read(words.rho);
    const zero = whole(0);
    const on = q.filter((x) => neuron !== "relu" || x.n > 0n);
    const square = (list) => list.map((x) => tryIt.times(x, x)).reduce(tryIt.add, zero);
    const s = square(on);
    const r2 = tryIt.add(square(q), rho);
    const a = tryIt.read(words.a);
    const at = {
      n: whole(n), b: whole(b), d: whole(d), a, eta: tryIt.times(a, whole(b)), s, r2,
      rho: tryIt.add(r2, tryIt.ratio(-s.n, s.d)), delta: tryIt.add(r2, whole(-1)),
    };
    // Some claims count what is live, some (linear) all data: the same but for a product that is 0.
    if (neuron === "relu" || q.every((x) => x.n !== 0n)) at.k = at.k_0 = whole(on.length);
    if (n > 1 && sampling === "uniform") at.p = tryIt.ratio(BigInt(b * (n - b)), BigInt(n * (n - 1)));
    return at;
  }
  function laws({ n, b, sampling }) {
    return sampling === "uniform" && b === n ? ["uniform", "full"] : [sampling];
  }
  // true, false or null of each claim at a setting.
  function members(claims, setting, at) {
    return claims.map((claim) => {
      const fits = claim.neurons.includes(setting.neuron) && laws(setting).some((x) => claim.laws.includes(x));
      return fits ? tryIt.holds(claim.region, at) : false;
    });
  }
  Object.assign(tryIt, { step, trace, batches, run, symbols, members });
})();
