// SPDX-License-Identifier: GPL-2.0-only
// Filters, folding and the cells of the pictures.  Without it everything is shown, unfolded.
"use strict";
(() => {
  const all = (selector, of = document) => [...of.querySelectorAll(selector)];
  const items = all("[data-became]");
  const form = document.querySelector(".filters");
  const fold = () => all("details[data-fold]").forEach((each) => { each.open = false; });

  function matches(item, became, called, words) {
    const of = item.dataset.became;
    const fits = became === "" || of === became || (became === "changed" && of !== "same" && of !== "behaviour");
    if (!fits || (called !== "" && item.dataset.function !== called)) return false;
    if (words.length === 0) return true;
    const text = item.textContent.toLowerCase();
    return words.every((word) => text.includes(word));
  }

  function filter() {
    const chosen = form.elements;
    const words = chosen.words.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const item of items) {
      item.hidden = !matches(item, chosen.became.value, chosen.function.value, words);
      if (!item.hidden) shown += 1;
    }
    for (const group of all(".group")) {
      const own = all("[data-became]", group);
      group.hidden = own.length > 0 && own.every((item) => item.hidden);
    }
    form.querySelector("output").textContent = `${shown} of ${items.length} shown`;
  }

  function reveal() {
    const target = document.getElementById(location.hash.slice(1));
    if (!target) return;
    if (form && target.closest("[hidden]")) {
      form.reset();
      filter();
    }
    for (let each = target; each; each = each.parentElement) if (each.tagName === "DETAILS") each.open = true;
    target.scrollIntoView();
  }

  function cellsOf(panel) {
    const height = (cell) => Number(/ ([\d.]+)\)/.exec(cell.closest("[transform]").getAttribute("transform"))[1]);
    return all("title", panel).map(({ parentNode: node, textContent: says }) => {
      const rect = node.tagName === "rect" ? node : node.querySelector("rect");
      return { node, says, x: Number(rect.getAttribute("x")), y: height(rect) };
    });
  }

  const DIRECTIONS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  // The nearest cell in a direction: of the same row or column first.
  function next(cells, from, [dx, dy]) {
    const ahead = cells.filter((c) => (c.x - from.x) * dx + (c.y - from.y) * dy > 0);
    const far = (c) => dx ? Math.abs(c.x - from.x) + 1000 * Math.abs(c.y - from.y)
      : Math.abs(c.y - from.y) + 1000 * Math.abs(c.x - from.x);
    return ahead.sort((a, b) => far(a) - far(b))[0] || from;
  }

  function follow(picture) {
    const line = picture.querySelector(".at-cell");
    const said = line.querySelector("output");
    const rest = "Point at a cell, or choose a panel with Tab and go on with the arrow keys.";
    let marked = null;
    const mark = (cell) => {
      if (marked) marked.classList.remove("at");
      marked = cell ? cell.node : null;
      if (marked) marked.classList.add("at");
      said.textContent = cell ? cell.says : rest;
    };
    line.hidden = false;
    mark(null);
    for (const panel of all("svg", picture)) {
      const cells = cellsOf(panel);
      const byNode = new Map(cells.map((cell) => [cell.node, cell]));
      let at = cells[0];
      panel.addEventListener("pointerover", (event) => {
        const cell = byNode.get(event.target) || byNode.get(event.target.parentNode);
        if (cell) mark(cell);
      });
      panel.addEventListener("focus", () => mark(at));
      panel.addEventListener("blur", () => mark(null));
      panel.addEventListener("keydown", (event) => {
        if (!(event.key in DIRECTIONS) || !at) return;
        event.preventDefault();
        at = next(cells, at, DIRECTIONS[event.key]);
        mark(at);
      });
    }
  }

  if (form) {
    form.hidden = false;
    form.addEventListener("input", filter);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.elements.open.addEventListener("click", () => all("details").forEach((each) => { each.open = true; }));
    form.elements.fold.addEventListener("click", () => all("details").forEach((each) => { each.open = false; }));
    filter();
  }
  all(".picture").forEach((picture) => { if (picture.querySelector("svg")) follow(picture); });
  fold();
  reveal();
  addEventListener("hashchange", reveal);

  let folded = [];
  addEventListener("beforeprint", () => {
    folded = all("details:not([open])");
    folded.forEach((each) => { each.open = true; });
  });
  addEventListener("afterprint", () => folded.forEach((each) => { each.open = false; }));
})();
