/* The filters: several at once, each with its counts. */

import { $, count, make, narrow } from "./dom.js";
import { data, edges, isPaper, nodes, papers, relationName, year } from "./graph.js";
import { BROADER, counts, keeps, shown } from "./shown.js";
import { WHOLE, change, filtered, state } from "./state.js";

const TOP = Math.min(50, Math.max(data.least, ...papers));

function box(label, amount, checked, act, extra = {}) {
  const input = make("input", { type: "checkbox", checked, on: { change: () => act(input.checked) } });
  return make("label", { class: "type " + (extra.class || "") }, input, extra.sign || null, make("span", {}, label), make("span", { class: "count" }, count(amount)));
}
const without = (all, one, keep) => (keep ? all.filter((x) => x !== one) : [...all, one]);

function slider(id, label, least, most, say) {
  const input = make("input", { type: "range", id, min: least, max: most, step: 1 }), told = make("output", { for: id });
  input.addEventListener("input", () => change({ [id]: Number(input.value) }));
  return { input, tell: () => { input.value = state[id]; told.textContent = say(state[id]); }, row: make("div", { class: "slider" }, make("label", { for: id }, label), told, input) };
}
const least = slider("papers", "Named by", 1, TOP, (n) => (n === 1 ? "1 paper or more" : `${n} papers or more`));
const surest = slider("sure", "Confidence", 0, 100, (n) => (n ? `${n}% or more` : "any"));

const places = data.regions.map(([name], r) => ({ name: name || "other", r })).filter(({ r }) => counts.regions[r]);
const communities = make("select", { id: "region", on: { change: () => change({ region: Number(communities.value), node: -1 }) } },
  make("option", { value: -1 }, "all"), places.map(({ name, r }) => make("option", { value: r }, `${name} (${count(counts.regions[r])})`)));

/* Only where listings say when their papers appeared. */
const years = [...new Set(nodes.map((n) => year(n.id)).filter(Boolean))].sort((a, b) => b - a);
const since = make("select", { id: "since", on: { change: () => change({ since: Number(since.value) }) } },
  make("option", { value: 0 }, "any year"), years.map((y) => make("option", { value: y }, String(y))));

export function startFilters() {
  $("types").append(...data.types.map((type, k) => box(type, counts.types[k], true, (keep) => change({ hide: without(state.hide, type, keep) }), { class: "t-" + type, sign: make("span", { class: "sign", "aria-hidden": "true" }) })));
  $("relations").append(...data.relations.map((relation, k) => [relation, k]).filter(([relation, k]) => relation !== BROADER && counts.relations[k]).map(([relation, k]) => box(relationName(relation), counts.relations[k], true, (keep) => change({ drop: without(state.drop, relation, keep) }))));
  $("limits").append(least.row, surest.row, make("div", { class: "slider" }, make("label", { for: "region" }, "Community"), communities), years.length ? make("div", { class: "slider" }, make("label", { for: "since" }, "Papers since"), since) : "");
  $("reset").addEventListener("click", () => {
    change({ ...WHOLE });
    $("filters").querySelector("summary").focus();
  });
  const foldFilters = () => { if (narrow.matches) $("filters").open = false; };
  narrow.addEventListener("change", foldFilters);
  foldFilters();
}

export function showFilters() {
  const names = data.relations.filter((r, k) => r !== BROADER && counts.relations[k]);
  [...$("types").querySelectorAll("input")].forEach((input, k) => { input.checked = !state.hide.includes(data.types[k]); });
  [...$("relations").querySelectorAll("input")].forEach((input, k) => { input.checked = !state.drop.includes(names[k]); });
  least.tell();
  surest.tell();
  communities.value = state.region;
  since.value = state.since;
  const seen = nodes.filter((n) => shown(n.id)).length, lines = edges.filter((e, k) => keeps(k) && shown(e.from) && shown(e.to)).length;
  $("kept").textContent = `${count(seen)} of ${count(nodes.length)} nodes, ${count(lines)} of ${count(edges.length)} edges.`;
  const folded = nodes.filter((n) => !isPaper(n.id) && papers[n.id] < state.papers).length;
  $("hint").textContent = folded && state.papers > 1 && state.papers <= data.least ? `${count(folded)} that fewer papers name appear beside a chosen neighbour or by search.` : "";
  $("reset").hidden = !filtered();
}
