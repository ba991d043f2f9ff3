// The page works without this: links open panels. It adds a filter, keys and copying.
"use strict";
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const find = document.getElementById("find");
const only = document.getElementById("only");

function filter() {
  const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const block of all(".block")) {
    let rows = 0;
    for (const row of all("tbody tr", block)) {
      const name = `${block.dataset.name} ${row.dataset.name}`.toLowerCase();
      const wrong = row.querySelector(".cell:not(.passed)") !== null;
      row.hidden = !words.every((word) => name.includes(word)) || (only.checked && !wrong);
      rows += row.hidden ? 0 : 1;
    }
    block.hidden = rows === 0;
    shown += rows;
  }
  document.querySelector(".nothing").hidden = shown > 0;
}

// Arrow keys walk through the cells of a table; Escape leaves the panel for its cell.
function move(cell, key) {
  const row = cell.closest("tr");
  const column = [...row.children].indexOf(cell.parentElement);
  const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[key];
  if (!step) return false;
  const rows = all("tbody tr:not([hidden])");
  let [line, place] = [rows.indexOf(row), column];
  for (;;) {
    line += step[0];
    place += step[1];
    const next = rows[line]?.children[place];
    if (!next) return false;
    const link = next.querySelector(".cell");
    if (link) {
      link.focus();
      return true;
    }
  }
}

function opened() {
  const panel = document.querySelector(".panel:target");
  for (const cell of all(".cell.open")) cell.classList.remove("open");
  if (panel) {
    document.getElementById(`to-${panel.id}`).classList.add("open");
    panel.focus();
  } else if (location.hash.startsWith("#to-")) {
    document.getElementById(location.hash.slice(1))?.focus();
  }
}

function close() {
  const panel = document.querySelector(".panel:target");
  if (panel) location.hash = `to-${panel.id}`;
}

for (const figure of all("figure")) {
  const button = document.createElement("button");
  button.className = "copy";
  button.type = "button";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(figure.querySelector("pre").textContent);
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = "Copy"), 1500);
  });
  figure.append(button);
}
document.querySelector(".filter").hidden = false;
document.querySelector(".filter").addEventListener("submit", (event) => event.preventDefault());
find.addEventListener("input", filter);
only.addEventListener("input", filter);
addEventListener("hashchange", opened);
addEventListener("keydown", (event) => {
  if (event.key === "Escape") close();
  else if (event.target.matches?.(".cell") && move(event.target, event.key)) event.preventDefault();
});
addEventListener("click", (event) => {
  if (!event.target.closest(".panel, a, summary, button, input, label, pre")) close();
});
opened();
