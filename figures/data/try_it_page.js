"use strict";
(function () {
  const form = document.getElementById("setting");
  const said = document.getElementById("said");
  const field = (name) => form.elements[name];
  const COLOURS = ["#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#7F7F7F", "#B8A800"];
  const WIDTH = 420;
  const HEIGHT = 170;
  const PAD = { left: 44, right: 8, top: 8, bottom: 22 };

  class Wrong extends Error {}
  function whole(name, low, high) {
    const value = Number(field(name).value);
    if (!Number.isInteger(value) || value < low || value > high) {
      throw new Wrong(name + ": a whole number from " + low + " to " + high);
    }
    return value;
  }
  function rational(name, text) {
    const found = tryIt.read(text);
    if (found === null) throw new Wrong(name + ": a decimal number or a fraction, such as 0.2 or 1/5");
    return found;
  }
  function read() {
    const n = whole("n", 1, 60);
    const words = { a: field("a").value, rho: field("rho").value, q: field("q").value.split(",") };
    const q = words.q.map((x) => rational("start", x));
    if (q.length !== n) throw new Wrong("start: " + n + " numbers, one for each data point");
    const a = rational("a", words.a);
    const rho = rational("rho", words.rho);
    if (a.n <= 0n) throw new Wrong("a: greater than 0");
    if (rho.n < 0n) throw new Wrong("rho: at least 0");
    const sampling = field("sampling").value;
    const b = whole("b", 1, sampling === "replacement" ? 60 : n);
    if ((sampling === "cyclic" || sampling === "reshuffled") && n % b) throw new Wrong("b: it must divide n here");
    const d = whole("d", n + (rho.n > 0n ? 1 : 0), 1000);
    const setting = {
      n, b, d, sampling, neuron: field("neuron").value, seed: whole("seed", 0, 1e9), steps: whole("steps", 1, 20000),
      a: tryIt.float(a), rho: tryIt.float(rho), q: q.map(tryIt.float),
    };
    return { setting, words };
  }

  function element(name, attributes, parent, text) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (text !== undefined) made.textContent = text;
    parent.appendChild(made);
    return made;
  }
  // One panel: series of numbers over the steps, and predictions as dashed lines.
  function panel(svg, series, expected, until) {
    svg.replaceChildren();
    const steps = Math.max(1, series[0].length - 1);
    const all = [...series.flat(), ...expected.flatMap((x) => [x.from, x.to])].filter(Number.isFinite);
    let low = Math.min(...all);
    let high = Math.max(...all);
    if (!(high > low)) [low, high] = [low - 1, high + 1];
    const x = (t) => PAD.left + ((WIDTH - PAD.left - PAD.right) * t) / steps;
    const y = (v) => PAD.top + ((HEIGHT - PAD.top - PAD.bottom) * (high - v)) / (high - low);
    for (const v of [low, (low + high) / 2, high]) {
      element("line", { class: "rule", x1: PAD.left, x2: WIDTH - PAD.right, y1: y(v), y2: y(v) }, svg);
      element("text", { class: "tick", x: PAD.left - 4, y: y(v) + 4, "text-anchor": "end" }, svg, +v.toPrecision(3));
    }
    element("text", { class: "tick", x: WIDTH - PAD.right, y: HEIGHT - 6, "text-anchor": "end" }, svg, steps + " steps");
    const every = Math.max(1, Math.floor(steps / 400));
    series.forEach((values, j) => {
      const points = [];
      for (let t = 0; t <= Math.min(until, steps); t += every) {
        if (Number.isFinite(values[t])) points.push(x(t).toFixed(1) + "," + y(values[t]).toFixed(1));
      }
      element("polyline", { points: points.join(" "), stroke: COLOURS[j % COLOURS.length], class: "run" }, svg);
    });
    for (const line of expected) {
      const made = element("line", {
        class: "expected", x1: x(line.at || 0), x2: x(steps), y1: y(line.from), y2: y(line.to),
      }, svg);
      element("title", {}, made, line.label);
    }
  }

  const sum = (list) => list.reduce((x, y) => x + y, 0);
  function logRatios(path) {
    const last = path[path.length - 1].q.map(Math.abs);
    const lead = last.indexOf(Math.max(...last));
    return path[0].q.map((_, j) => path.map(({ q }) => Math.log(Math.abs(q[j] / q[lead])))).filter((_, j) => j !== lead);
  }
  const alive = (setting) => setting.q.map((x) => (setting.neuron === "relu" ? x > 0 : x !== 0));

  // What the claims that hold say of a run, as lines over it.
  function expected(known, setting, full) {
    const lines = { masses: [], trace: [], ratios: [] };
    const used = [];
    const flat = (list, value, label) => list.push({ from: value, to: value, label });
    const mass = sum(setting.q.map((x, j) => (alive(setting)[j] ? x * x : 0)));
    if (full && known("GD-CONVERGES", "full")) {
      setting.q.forEach((x, j) => alive(setting)[j] && flat(lines.masses, (x * x) / mass, "limit of a mass"));
      used.push("GD-CONVERGES", "GD-DIRECTION");
    }
    const sparse = known("SGD-SPARSE", "mini") || known("SAMPLING-GLOBAL", "mini");
    if (!full && sparse) {
      flat(lines.masses, 1, "limit of the largest mass");
      flat(lines.masses, 0, "limit of the others");
      used.push(known("SGD-SPARSE", "mini") ? "SGD-SPARSE" : "SAMPLING-GLOBAL");
    }
    const kept = full ? known("GD-CONVERGES", "full") : sparse;
    const count = setting.neuron === "relu" ? alive(setting).filter(Boolean).length : setting.n;
    if (kept && TRACE_LIMIT) {
      flat(lines.trace, tryIt.value(TRACE_LIMIT, {
        k: { n: BigInt(count), d: 1n }, d: { n: BigInt(setting.d), d: 1n }, n: { n: BigInt(setting.n), d: 1n },
      }), "limit of the trace along a path");
      used.push("TRACE");
    }
    return { lines, used };
  }

  let shown = null;
  function draw(until) {
    for (const side of ["full", "mini"]) {
      const { path, lines, rate } = shown[side];
      const masses = path[0].q.map((_, j) => path.map(({ q }) => q[j] * q[j]));
      panel(document.getElementById(side + "-masses"), masses, lines.masses, until);
      panel(document.getElementById(side + "-trace"), [path.map((x) => x.trace)], lines.trace, until);
      const ratios = logRatios(path);
      const over = [...lines.ratios];
      if (rate !== null && ratios.length) {
        const at = Math.floor(path.length / 2);
        const top = Math.max(...ratios.map((x) => x[at]).filter(Number.isFinite));
        if (Number.isFinite(top)) {
          over.push({ at, from: top, to: top + rate * (path.length - 1 - at), label: "mean slope of the ratios" });
        }
      }
      panel(document.getElementById(side + "-ratios"), ratios.length ? ratios : [[0]], over, until);
    }
  }

  // Words that the report has set and escaped.
  function markup(name, html) {
    const made = document.createElement(name);
    made.innerHTML = html;
    return made;
  }

  function list(rows, setting, at) {
    const target = document.getElementById("holding");
    target.replaceChildren();
    for (const [claim, found] of rows) {
      if (found === false) continue;
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = "claims/" + claim.id + ".html";
      link.textContent = claim.id;
      const badge = document.createElement("span");
      badge.className = "badge v-" + claim.verdict;
      badge.textContent = claim.verdict.replace("_", " ");
      item.append(link, " ", badge, " ", markup("span", claim.title));
      if (claim.limit) item.append(", " + claim.limit);
      if (found === null) item.append(": this page cannot tell whether it holds here");
      const values = claim.says
        .map((x) => [x.set, tryIt.value(x.value, at)])
        .filter(([, value]) => Number.isFinite(value))
        .map(([name, value]) => name + (+value.toPrecision(6) === value ? " = " : " ≈ ") + +value.toPrecision(6));
      if (values.length) {
        const small = markup("small", values.join(", "));
        item.append(document.createElement("br"), small);
      }
      target.append(item);
    }
  }

  function go() {
    let given;
    try {
      given = read();
    } catch (error) {
      if (!(error instanceof Wrong)) throw error;
      said.value = error.message;
      return;
    }
    const { setting, words } = given;
    const whole = { ...setting, b: setting.n, sampling: "uniform" };
    const at = { mini: tryIt.symbols(setting, words), full: tryIt.symbols(whole, words) };
    const found = { mini: tryIt.members(CLAIMS, setting, at.mini), full: tryIt.members(CLAIMS, whole, at.full) };
    const known = (id, side) => CLAIMS.some((claim, i) => claim.id === id && found[side][i] === true);
    const everything = Array.from({ length: setting.n }, (_, i) => i);
    shown = {
      full: { path: tryIt.run(whole, Array.from({ length: setting.steps }, () => everything)) },
      mini: { path: tryIt.run(setting, tryIt.batches(setting, setting.steps)) },
    };
    const used = [];
    for (const side of ["full", "mini"]) {
      const told = expected(known, side === "full" ? whole : setting, side === "full");
      Object.assign(shown[side], { lines: told.lines, rate: null });
      used.push(...told.used);
    }
    const rates = CLAIMS.find((claim) => claim.id === "SGD-RATE");
    const rate = rates && rates.says.find((x) => x.name === "lambda_ratio");
    if (rate && known("SGD-RATE-PATHS", "mini")) {
      shown.mini.rate = tryIt.value(rate.value, at.mini);
      used.push("SGD-RATE-PATHS");
    }
    draw(Infinity);
    list(CLAIMS.map((claim, i) => [claim, found.mini[i]]), setting, at.mini);
    const rest = CLAIMS.map((claim, i) => [claim, found.full[i]]);
    const extra = rest.filter(([, x], i) => x !== false && found.mini[i] === false).map(([claim]) => claim.id);
    document.getElementById("full-only").textContent = extra.join(", ") || "none";
    document.getElementById("drawn").textContent = [...new Set(used)].join(", ") || "nothing";
    const count = found.mini.filter((x) => x === true).length;
    said.value = count + " of the " + CLAIMS.length + " claims that this page can test hold here.";
  }

  let playing = 0;
  form.addEventListener("input", (event) => {
    if (event.target.name === "n") {
      const n = Math.min(60, Math.max(1, Math.floor(Number(field("n").value)) || 1));
      field("q").value = Array.from({ length: n }, (_, j) => (0.9 - (0.5 * j) / n).toFixed(2)).map((x) => {
        return (Number(x) / Math.sqrt(n)).toFixed(2);
      }).join(", ");
      if (Number(field("d").value) < n + 1) field("d").value = n + 1;
    }
    cancelAnimationFrame(playing);
    go();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  field("play").addEventListener("click", () => {
    if (!shown) return;
    cancelAnimationFrame(playing);
    let t = 0;
    const pace = Math.max(1, Math.ceil(Number(field("steps").value) / 200));
    const frame = () => {
      draw((t += pace));
      if (t < Number(field("steps").value)) playing = requestAnimationFrame(frame);
    };
    frame();
  });
  go();
})();
