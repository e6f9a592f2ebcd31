/* Search over labels, aliases and titles, by keyboard first. */

import { $, make, sign } from "./dom.js";
import { about, isPaper, nodes, papers } from "./graph.js";

const OFFERED = 12;
const search = $("search"), list = $("suggestions");
const plain = (string) => string.normalize("NFKD").replace(/\p{Mn}/gu, "").toLowerCase().replace(/[^\p{L}\p{N}.+#]+/gu, " ").trim();

/* Every name in plain letters, made when first searched. */
let index = null;
function entries() {
  if (!index) index = nodes.flatMap((n) => [[n.id, plain(n.label), ""], ...(isPaper(n.id) ? [] : about[n.id][0].map((a) => [n.id, plain(a), a]))]);
  return index;
}

/* The best nodes for a query: [number, alias that matched], exact names before beginnings before words, of those that fit. */
export function find(query, suits = () => true) {
  const wanted = plain(query), words = wanted.split(" "), tight = wanted.replaceAll(" ", ""), best = new Map();
  if (!wanted) return [];
  for (const [i, name, alias] of entries()) {
    let score = name === wanted ? 4 : name.startsWith(wanted) ? 3 : (" " + name).includes(" " + wanted) ? 2 : tight.length > 2 && name.replaceAll(" ", "").startsWith(tight) ? 2 : words.every((w) => name.includes(w)) ? 1 : 0;
    if (!score || !suits(i)) continue;
    score = score * 1000 - (alias ? 300 : 0) - (isPaper(i) ? 500 : 0) + Math.min(200, papers[i]) - Math.min(99, 5 * (name.length - wanted.length));
    if (!best.has(i) || best.get(i)[0] < score) best.set(i, [score, alias]);
  }
  return [...best].sort((a, b) => b[1][0] - a[1][0] || a[0] - b[0]).slice(0, OFFERED).map(([i, [, alias]]) => [i, alias]);
}

let options = [], active = -1, taken = () => {};
function point(k) {
  active = k;
  search.setAttribute("aria-expanded", String(!list.hidden));
  [...list.children].forEach((row, at) => row.setAttribute("aria-selected", String(at === k)));
  if (k >= 0) {
    search.setAttribute("aria-activedescendant", "option-" + k);
    list.children[k].scrollIntoView({ block: "nearest" });
  } else search.removeAttribute("aria-activedescendant");
}
function fold() {
  list.hidden = true;
  point(-1);
}
function suggest() {
  options = find(search.value);
  const rows = options.map(([i, alias], k) => {
    const name = make("span", { class: "name" }, nodes[i].label, alias ? make("span", { class: "also" }, " · " + alias) : null);
    return make("li", { role: "option", id: "option-" + k, on: { mousedown: (e) => e.preventDefault(), click: () => take(k) } }, sign(i), name, make("span", { class: "count" }, isPaper(i) ? "Paper" : String(papers[i])));
  });
  $("nothing").hidden = rows.length > 0 || !search.value.trim();
  list.replaceChildren(...rows);
  list.hidden = !rows.length;
  point(rows.length ? 0 : -1);
}
function take(k) {
  if (!options[k]) return;
  const [i] = options[k], act = taken;
  search.value = "";
  quit();
  act(i);
}
function quit() {
  fold();
  $("nothing").hidden = true;
  search.placeholder = "Search papers and concepts";
  taken = home;
}

let home = () => {};
/* Ask for a node; `placeholder` says what for, where it is not the usual search. */
export function ask(act, placeholder) {
  quit();
  taken = act;
  search.placeholder = placeholder;
  search.focus();
}
export function startSearch(act) {
  home = taken = act;
  search.addEventListener("input", suggest);
  search.addEventListener("focus", () => { if (search.value) suggest(); });
  search.addEventListener("blur", quit);
  search.addEventListener("keydown", (event) => {
    const many = options.length;
    if (event.key === "ArrowDown" && many) point((active + 1) % many);
    else if (event.key === "ArrowUp" && many) point((active + many - 1) % many);
    else if (event.key === "Enter") take(Math.max(active, 0));
    else if (event.key === "Escape") {
      if (!list.hidden) fold();
      else if (search.value) search.value = "";
      else $("map").focus();
      $("nothing").hidden = true;
    } else return;
    event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement?.tagName)) return;
    event.preventDefault();
    search.focus();
    search.select();
  });
}
