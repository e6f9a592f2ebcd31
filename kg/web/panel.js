/* The panel: what there is to say of the chosen node, every claim with the words of the paper. */

import { $, button, make, nodeLink, short, sign } from "./dom.js";
import { about, data, edges, gains, into, isPaper, length, nodes, other, out, papers, relationName, support, text, tidy } from "./graph.js";
import { BROADER, keeps, path } from "./shown.js";
import { change, state } from "./state.js";

const FIRST = 12;
const heading = (string, count) => make("h2", {}, string, count === undefined ? null : make("span", { class: "count" }, String(count)));

function marked(paper, start, end, spans) {
  const parts = [];
  let at = start;
  for (const [from, to, target] of spans) {
    if (from < at || to > end) continue;
    parts.push(tidy(text(paper, at, from)));
    const words = tidy(text(paper, from, to));
    parts.push(make("mark", { class: "t-" + nodes[target].group }, target === state.node ? words : nodeLink(target, words)));
    at = to;
  }
  parts.push(tidy(text(paper, at, end)));
  return parts;
}

/* One quote for all evidence that stands in one sentence. */
function quotes(rows, target, beside) {
  const sentences = new Map();
  for (const row of rows) {
    const key = [row[0], row[3], row[4], row[6], row[7]].join(" ");
    if (!sentences.has(key)) sentences.set(key, []);
    sentences.get(key).push(row);
  }
  return [...sentences.values()].map((same) => {
    const [paper, , , first, last, , aspect, value] = same[0];
    const notes = [aspect && "aspect: " + aspect, value && "value: " + tidy(value), "rule: " + [...new Set(same.map((row) => data.rules[row[5]]))].join(", ")];
    const foot = make("footer", {}, notes.filter(Boolean).join(" · "));
    if (!beside.includes(paper)) foot.append(" · ", nodeLink(paper));
    const spans = same.map((row) => [row[1], row[2], target]).sort((a, b) => a[0] - b[0] || b[1] - a[1]);
    return make("blockquote", {}, marked(paper, first, last, spans), foot);
  });
}

/* One edge: the node at its other end, its confidence, its evidence when opened. */
function edgeItem(e, there, before) {
  const claim = support[e], name = make("span", { class: "name" }, before || null, nodeLink(there));
  if (!claim) return make("li", {}, make("div", { class: "row" }, sign(there), name));
  const gained = gains(e), words = make("div", { hidden: true });
  if (gained.length) name.append(make("span", { class: "quiet" }, " — " + gained.join(", ")));
  const open = make("button", { type: "button", class: "sure", "aria-expanded": "false", title: "confidence; opens the evidence", "aria-label": `${claim[0]}% confidence, evidence for ${nodes[there].label}`, on: { click: () => {
    if (!words.children.length) words.append(...quotes(claim.slice(1), edges[e].to, [state.node, there]));
    words.hidden = !words.hidden;
    open.setAttribute("aria-expanded", String(!words.hidden));
  } } }, claim[0] + "%");
  return make("li", {}, make("div", { class: "row" }, sign(there), name, open), words);
}

function group(title, items, build) {
  if (!items.length) return [];
  const rows = make("ul", { class: "edges" }, items.slice(0, FIRST).map(build));
  if (items.length <= FIRST) return [heading(title, items.length), rows];
  const more = button(`Show all ${items.length}`, () => {
    rows.append(...items.slice(FIRST).map(build));
    rows.children[FIRST].querySelector("a").focus();
    more.remove();
  });
  return [heading(title, items.length), rows, more];
}

const byLabel = (a, b) => (nodes[a].label < nodes[b].label ? -1 : 1);
function groups(i) {
  const found = [];
  for (const relation of data.relations)
    [out[i], into[i]].forEach((bundle, direction) => {
      if (relation === BROADER && !direction) return;
      const items = bundle.filter((e) => edges[e].relation === relation && keeps(e)).map((e) => [e, other(e, i)]);
      items.sort((a, b) => (support[b[0]] || [0])[0] - (support[a[0]] || [0])[0] || nodes[b[1]].size - nodes[a[1]].size || byLabel(a[1], b[1]));
      found.push(...group(relationName(relation, direction), items, ([e, there]) => edgeItem(e, there)));
    });
  const kept = [...out[i], ...into[i]].filter((e) => !keeps(e)).length;
  if (kept) found.push(make("p", { class: "quiet" }, `${kept} ${kept === 1 ? "edge is" : "edges are"} filtered out.`));
  return found;
}

function results(i) {
  const rows = data.results.filter((r) => (isPaper(i) ? r[0] === i : r[1] === i)).sort((a, b) => a[0] - b[0] || a[4] - b[4]);
  if (!rows.length) return [];
  const body = rows.map(([paper, subject, metric, value, , , first, last, baseline, dataset, hardware]) => {
    const what = make("td", {}, metric), where = make("td", {}), places = [dataset, hardware].filter((n) => n >= 0);
    if (subject !== i && subject !== paper) what.append(" of ", nodeLink(subject));
    if (baseline >= 0) what.append(" against ", nodeLink(baseline));
    places.forEach((n, k) => where.append(k ? ", " : "", nodeLink(n)));
    if (!isPaper(i)) where.append(places.length ? " · " : "", nodeLink(paper, short(nodes[paper].label, 40)));
    return make("tr", { title: tidy(text(paper, first, last)) }, make("td", { class: "value" }, tidy(value)), what, where);
  });
  const head = make("tr", {}, ["Value", "Measure", isPaper(i) ? "On" : "On · in"].map((h) => make("th", { scope: "col" }, h)));
  return [heading("Numeric results", rows.length), make("table", {}, make("thead", {}, head), make("tbody", {}, body))];
}

function outward(i) {
  const [, , identifiers] = about[i], title = encodeURIComponent(nodes[i].label);
  const links = identifiers.flatMap(([scheme, value]) => {
    if (/^arxiv$/i.test(scheme)) return [["arXiv " + value, "https://arxiv.org/abs/" + encodeURI(value)]];
    if (/^doi$/i.test(scheme)) return [["DOI", "https://doi.org/" + encodeURI(value)]];
    return [];
  });
  links.push(["Find on Hugging Face", "https://huggingface.co/papers?q=" + title]);
  if (links.length === 1) links.push(["Find on arXiv", `https://arxiv.org/search/?searchtype=title&query=${title}`]);
  return make("p", { class: "quiet" }, links.flatMap(([name, href], k) => [k ? " · " : null, make("a", { href, target: "_blank", rel: "noopener noreferrer" }, name + " ↗")]));
}

/* Who wrote a paper, when and where it appeared, and its pages: text of a listing, of which only web addresses become links. */
function bibliography(i) {
  const [authors, date, venue, links] = about[i][3] || [[], "", "", []], most = 12;
  const names = authors.slice(0, most).join(", ") + (authors.length > most ? ` and ${authors.length - most} more` : "");
  const addresses = links.filter((href) => /^https?:\/\//i.test(href)), host = (href) => href.split("/")[2];
  return [
    names ? make("p", { class: "quiet", dir: "auto", title: authors.length > most ? authors.join(", ") : "" }, names) : null,
    date || venue ? make("p", { class: "quiet", dir: "auto" }, [date, venue].filter(Boolean).join(" · ")) : null,
    addresses.length ? make("p", { class: "quiet" }, addresses.flatMap((href, k) => [k ? " · " : null, make("a", { href, target: "_blank", rel: "noopener noreferrer" }, host(href) + " ↗")])) : null,
  ];
}

function paperSpans(i) {
  const spans = new Map();
  for (const e of out[i])
    for (const row of (support[e] || []).slice(1)) if (row[0] === i && row[2] > row[1]) spans.set(row[1] + " " + row[2], [row[1], row[2], edges[e].to]);
  return [...spans.values()].sort((a, b) => a[0] - b[0] || b[1] - a[1]);
}

export const improves = (i) => [...out[i], ...into[i]].some((e) => edges[e].relation === "improvesOn");

function actions(i, askPath) {
  return make("div", { class: "actions", role: "group", "aria-label": "Follow" },
    button("Two steps", () => change({ steps: state.steps === 2 ? 1 : 2, to: -1 }), { "aria-pressed": String(state.steps === 2), title: "Show the neighbours of its neighbours too" }),
    button("Path to …", askPath, { title: "Shortest connection with another node" }),
    improves(i) ? button("Lineage", () => change({ view: "lineage" }), { title: "What it improves on, and what improves on it" }) : null);
}

/* The connection of two nodes, step by step. */
function connection() {
  if (state.to < 0) return [];
  const stop = button("×", () => change({ to: -1 }), { "aria-label": "Close the path" });
  const head = make("div", { class: "path-head" }, heading("Path to " + nodes[state.to].label), stop);
  if (!path.length) return [head, make("p", {}, state.to === state.node ? "It is the same node." : "Nothing that passes the filters connects them.")];
  let at = state.node;
  const steps = path.map((e) => {
    const forward = edges[e].from === at;
    at = other(e, at);
    return edgeItem(e, at, make("span", { class: "quiet" }, relationName(edges[e].relation, forward ? 0 : 1).toLowerCase() + " "));
  });
  return [head, make("ol", { class: "edges path" }, steps)];
}

function describe(i, askPath) {
  const kind = make("div", { class: "kind" }, sign(i), nodes[i].group), title = make("h1", {}, nodes[i].label);
  if (isPaper(i)) {
    const [abstract, pages] = about[i], first = length(nodes[i].label), spans = paperSpans(i);
    return [
      kind, title, bibliography(i), outward(i), actions(i, askPath), connection(),
      make("p", { class: "abstract" }, marked(i, first + 1, first + 1 + length(abstract), spans.filter((s) => s[0] > first))),
      pages.length ? make("p", { class: "quiet" }, "Listed on " + pages.join(", ")) : null,
      results(i), groups(i),
    ];
  }
  const [aliases, definition] = about[i], parents = out[i].filter((e) => edges[e].relation === BROADER);
  kind.append(` · ${papers[i]} ${papers[i] === 1 ? "paper" : "papers"}`);
  return [
    kind, title,
    definition ? make("p", {}, definition) : null,
    aliases.length ? make("p", { class: "quiet" }, "Also " + aliases.join(", ")) : null,
    parents.length ? make("p", { class: "quiet" }, "A kind of ", parents.flatMap((e, k) => [k ? ", " : null, nodeLink(edges[e].to)])) : null,
    actions(i, askPath), connection(), results(i), groups(i),
  ];
}

const whole = document.title;
export function showPanel(askPath) {
  const i = state.node, panel = $("panel");
  panel.hidden = i < 0;
  const content = $("content"), held = content.contains(document.activeElement) ? document.activeElement.textContent : null;
  content.replaceChildren(...(i < 0 ? [] : describe(i, askPath).flat().filter(Boolean)));
  panel.scrollTop = 0;
  /* whoever walks by keyboard stays where they were */
  if (held !== null && i >= 0) ([...content.querySelectorAll("button")].find((b) => b.textContent === held) || panel).focus({ preventScroll: true });
  panel.setAttribute("aria-label", i < 0 ? "Details" : nodes[i].label);
  document.title = i < 0 ? whole : nodes[i].label;
}
