/* The answer to a query: a table whose nodes open, truth or triples. */

import { $, button, count, make, nodeLink, sign, tell } from "./dom.js";
import { answerCsv, answerPart } from "./engine.js";
import { data } from "./graph.js";
import { hrefOf } from "./state.js";
import { save } from "./table.js";

const answerCell = ([words, node, iri, counted]) => {
  if (node >= 0) return make("td", {}, make("span", { class: "node" }, sign(node), iri ? nodeLink(node) : nodeLink(node, words)));
  if (iri.startsWith(data.base)) return make("td", {}, make("a", { href: hrefOf({ view: "query", query: `DESCRIBE <${iri}>`, answer: false }), title: "What the graph says of it" }, words));
  return make("td", { class: counted ? "counted" : words.length > 60 ? "long" : null, title: iri || null }, words);
};

/* At most a thousand rows stand in the page; the others are turned to. */
function table(told, shown, focus) {
  const turn = (given, then) => answerPart(given).then((next) => $("answer-rows").replaceWith(table(told, next, then))).catch((error) => tell(error.message));
  const { from, by, down, rows } = shown, last = from + rows.length;
  const head = told.columns.map((name, c) => make("th", { scope: "col", "aria-sort": c !== by ? "none" : down ? "descending" : "ascending" },
    button(name, () => turn(c === by && down ? {} : { by: c, down: c === by }, (place) => place.querySelectorAll("thead button")[c]), { title: "Sort" })));
  const pages = told.total > rows.length ? make("div", { class: "actions" },
    make("span", { class: "quiet" }, `Rows ${count(from + 1)} to ${count(last)} of ${count(told.total)}`),
    button("Previous", () => turn({ from: Math.max(0, from - 1000), by, down }, () => null), { disabled: from === 0 }),
    button("Next", () => turn({ from: last, by, down }, () => null), { disabled: last >= told.total })) : null;
  const place = make("div", { id: "answer-rows" }, pages,
    make("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Answer, scrolls" }, make("table", {}, make("thead", {}, make("tr", {}, head)), make("tbody", {}, rows.map((row) => make("tr", {}, row.map(answerCell)))))));
  if (focus) queueMicrotask(() => focus(place)?.focus());
  return place;
}

export function answerParts(told, showInGraph) {
  if (told.kind === "truth") return [make("p", { class: "truth" }, told.truth ? "Yes" : "No")];
  if (!told.total) return told.note ? [make("p", { class: "quiet" }, told.note)] : [];
  const nodes = told.nodes.length, many = nodes === 1 ? "1 node" : `${count(nodes)} nodes`;
  return [
    make("div", { class: "actions" },
      button(nodes ? `Show ${many} in the graph` : "Show in the graph", showInGraph, { disabled: !nodes, title: nodes ? "The nodes of the answer and the edges between them" : "The answer names no node" }),
      button("Save as CSV", () => answerCsv().then((blob) => save(blob, "answer.csv")).catch((error) => tell(error.message)))),
    table(told, told),
  ];
}

/* How many rows it has, how long it took. */
export function summary({ kind, total, cut, ms }) {
  const what = kind === "triples" ? ["triple", "triples"] : ["row", "rows"], time = `${count(Math.round(ms))} ms`;
  if (kind === "truth") return `Answered in ${time}`;
  return cut ? `More than ${count(total)} ${what[1]}, the first of them in ${time}; the others are left out` : `${count(total)} ${what[Number(total !== 1)]} in ${time}`;
}
