"use strict";
(function () {
  const view = document.getElementById("view");
  const svg = view.querySelector("svg");
  const tools = document.getElementById("tools");
  const lit = document.getElementById("lit");
  const about = new Map();
  for (const row of document.querySelectorAll("#list li")) about.set(row.dataset.id, row.dataset);
  const nodes = new Map();
  for (const node of svg.querySelectorAll(".node")) {
    nodes.set(node.querySelector("title").textContent, node);
  }
  const arrows = [];
  const down = new Map();
  const up = new Map();
  function join(map, from, to) {
    if (!map.has(from)) map.set(from, []);
    map.get(from).push(to);
  }
  for (const edge of svg.querySelectorAll(".edge")) {
    const [from, to] = edge.querySelector("title").textContent.split("->");
    arrows.push({ edge, from, to });
    join(down, from, to);
    join(up, to, from);
  }
  function reach(map, start) {
    const found = new Set([start]);
    const pending = [start];
    while (pending.length) {
      for (const next of map.get(pending.pop()) || []) {
        if (!found.has(next)) {
          found.add(next);
          pending.push(next);
        }
      }
    }
    return found;
  }

  // What is lit: the claims that the filters keep, and around the one pointed at its whole family.
  let pointed = "";
  function wanted(id) {
    const row = about.get(id);
    const words = tools.elements.text.value.toLowerCase().split(/\s+/).filter(Boolean);
    return (
      words.every((word) => row.text.toLowerCase().includes(word)) &&
      (!tools.elements.shelf.value || row.shelf === tools.elements.shelf.value) &&
      (!tools.elements.verdict.value || row.verdict === tools.elements.verdict.value)
    );
  }
  function draw() {
    const below = pointed ? reach(down, pointed) : null;
    const above = pointed ? reach(up, pointed) : null;
    let count = 0;
    for (const [id, node] of nodes) {
      const keep = pointed ? below.has(id) || above.has(id) : wanted(id);
      node.classList.toggle("dim", !keep);
      node.classList.toggle("focus", id === pointed);
      count += keep ? 1 : 0;
    }
    for (const { edge, from, to } of arrows) {
      const keep = pointed
        ? (below.has(from) && below.has(to)) || (above.has(from) && above.has(to))
        : wanted(from) && wanted(to);
      edge.classList.toggle("dim", !keep);
    }
    for (const row of document.querySelectorAll("#list li")) row.hidden = !wanted(row.dataset.id);
    lit.value = pointed
      ? pointed + " rests on " + (below.size - 1) + ", carries " + (above.size - 1)
      : count + " of " + nodes.size;
  }
  for (const [id, node] of nodes) {
    for (const [event, value] of [["mouseenter", id], ["mouseleave", ""], ["focusin", id], ["focusout", ""]]) {
      node.addEventListener(event, () => {
        pointed = value;
        draw();
      });
    }
  }
  tools.addEventListener("input", () => {
    draw();
    const kept = [...nodes].filter(([id]) => wanted(id));
    if (kept.length && kept.length < nodes.size) fit(kept.map(([, node]) => node));
    else fit();
  });
  tools.addEventListener("submit", (event) => event.preventDefault());

  // The window on the drawing, in its own units.
  const whole = svg.viewBox.baseVal;
  const full = { x: whole.x, y: whole.y, w: whole.width, h: whole.height };
  let box = { ...full };
  function show() {
    svg.setAttribute("viewBox", [box.x, box.y, box.w, box.h].join(" "));
  }
  function fit(some) {
    box = { ...full };
    show();
    if (some) {
      const matrix = svg.getScreenCTM().inverse();
      const corners = some.flatMap((node) => {
        const r = node.getBoundingClientRect();
        return [[r.left, r.top], [r.right, r.bottom]];
      }).map(([x, y]) => new DOMPoint(x, y).matrixTransform(matrix));
      const xs = corners.map((p) => p.x);
      const ys = corners.map((p) => p.y);
      const room = 60;
      const left = Math.min(...xs) - room;
      const top = Math.min(...ys) - room;
      box = { x: left, y: top, w: Math.max(...xs) + room - left, h: Math.max(...ys) + room - top };
      show();
    }
  }
  function zoom(factor, x, y) {
    const w = Math.min(full.w * 2, Math.max(150, box.w * factor));
    const scale = w / box.w;
    box = { x: x - (x - box.x) * scale, y: y - (y - box.y) * scale, w, h: box.h * scale };
    show();
  }
  function middle(factor) {
    zoom(factor, box.x + box.w / 2, box.y + box.h / 2);
  }
  function move(dx, dy) {
    box.x += dx * box.w;
    box.y += dy * box.h;
    show();
  }
  view.addEventListener("wheel", (event) => {
    event.preventDefault();
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    zoom(event.deltaY > 0 ? 1.2 : 1 / 1.2, at.x, at.y);
  }, { passive: false });
  let held = null;
  let dragged = false;
  view.addEventListener("pointerdown", (event) => {
    held = { x: event.clientX, y: event.clientY };
    dragged = false;
  });
  window.addEventListener("pointermove", (event) => {
    if (!held) return;
    const per = 1 / svg.getScreenCTM().a;
    const dx = event.clientX - held.x;
    const dy = event.clientY - held.y;
    if (!dragged && Math.hypot(dx, dy) < 4) return;
    dragged = true;
    box.x -= dx * per;
    box.y -= dy * per;
    held = { x: event.clientX, y: event.clientY };
    show();
  });
  window.addEventListener("pointerup", () => {
    held = null;
  });
  view.addEventListener("dragstart", (event) => event.preventDefault());
  view.addEventListener("click", (event) => {
    if (dragged) event.preventDefault(); // the end of a drag opens nothing
  }, true);
  const keys = {
    ArrowLeft: () => move(-0.1, 0), ArrowRight: () => move(0.1, 0),
    ArrowUp: () => move(0, -0.1), ArrowDown: () => move(0, 0.1),
    "+": () => middle(1 / 1.25), "=": () => middle(1 / 1.25), "-": () => middle(1.25), 0: () => fit(),
  };
  view.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in keys)) return;
    event.preventDefault();
    keys[event.key]();
  });
  tools.elements.closer.addEventListener("click", () => middle(1 / 1.25));
  tools.elements.farther.addEventListener("click", () => middle(1.25));
  tools.elements.all.addEventListener("click", () => fit());
  view.classList.add("live");
  draw();
})();
