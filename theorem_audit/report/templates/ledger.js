"use strict";
(function () {
  const form = document.getElementById("filters");
  const rows = Array.from(document.querySelectorAll("#claims tbody tr"));
  const shown = document.getElementById("shown");
  function apply() {
    let count = 0;
    // As the rows' words were made: without accents, split at what is no letter or digit.
    const typed = form.elements.text.value.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
    const words = typed.split(/[^\p{L}\p{N}]+/u).filter((word) => word.length > 1);
    for (const row of rows) {
      let keep = words.every((word) => row.dataset.text.includes(word));
      for (const name of ["shelf", "chapter", "source", "verdict", "kind"]) {
        const want = form.elements[name].value;
        if (want && !row.dataset[name].split(" ").includes(want)) keep = false;
      }
      row.hidden = !keep;
      count += keep ? 1 : 0;
    }
    shown.value = count + " of " + rows.length;
  }
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  apply();
})();
