/* The table of what is shown, to sort and to keep as CSV. */

import { csvRow } from "./csv.js";
import { $, button, count, make, nodeLink, sign } from "./dom.js";
import { data, into, isPaper, nodes, out, papers, region } from "./graph.js";
import { focused, keeps, onScreen } from "./shown.js";
import { state } from "./state.js";

const ROWS = 200;
const community = (i) => (region[i] >= 0 ? data.regions[region[i]][0] : "");
const links = (i) => [...out[i], ...into[i]].filter(keeps).length;
const COLUMNS = [
  ["Name", (i) => nodes[i].label],
  ["Type", (i) => nodes[i].group],
  ["Papers", (i) => (isPaper(i) ? "" : papers[i]), "how many papers name it"],
  ["Degree", links, "its edges that pass the filters"],
  ["Community", community],
];
const counted = (column) => column === 2 || column === 3;
let by = 2, down = true;

const rows = () => {
  const value = COLUMNS[by][1], sorted = nodes.map((n) => n.id).filter(onScreen).map((i) => [value(i), i]);
  const compare = counted(by) ? (a, b) => (a === "" ? -1 : a) - (b === "" ? -1 : b) : (a, b) => a.localeCompare(b, "en");
  return sorted.sort((a, b) => (down ? -1 : 1) * compare(a[0], b[0]) || b[1] - a[1] && (nodes[a[1]].label < nodes[b[1]].label ? -1 : 1)).map(([, i]) => i);
};

export function showTable() {
  const all = rows(), body = make("tbody");
  const add = (part) => body.append(...part.map((i) => make("tr", {}, make("th", { scope: "row" }, sign(i), " ", nodeLink(i)), COLUMNS.slice(1).map(([, value]) => make("td", {}, String(value(i)))))));
  const head = COLUMNS.map(([name, , title], k) => {
    const sorted = k === by ? (down ? "descending" : "ascending") : "none";
    return make("th", { scope: "col", "aria-sort": sorted, title: title || null }, button(name, () => {
      down = k === by ? !down : counted(k);
      by = k;
      showTable();
      $("table").querySelectorAll("thead button")[k].focus();
    }));
  });
  add(all.slice(0, ROWS));
  const rest = all.length > ROWS ? button(`Show all ${count(all.length)}`, () => {
    add(all.slice(ROWS));
    body.children[ROWS].querySelector("a").focus();
    rest.remove();
  }) : null;
  const about = !focused() ? `${count(all.length)} nodes pass the filters.` : state.node < 0 ? `${count(all.length)} nodes of the answer.` : `${count(all.length)} nodes around ${nodes[state.node].label}.`;
  $("table").replaceChildren(make("div", { class: "table-head" }, make("p", { class: "quiet" }, about), button("Save as CSV", saveCsv)),
    make("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Table, scrolls" }, make("table", {}, make("thead", {}, make("tr", {}, head)), body), rest));
}

const csv = () =>
  [[...COLUMNS.map(([name]) => name), "IRI"], ...rows().map((i) => [...COLUMNS.map(([, value]) => value(i)), data.base + data.ids[i]])].map(csvRow).join("");
function saveCsv() {
  save(new Blob([csv()], { type: "text/csv" }), "graph.csv");
}
export function save(blob, name) {
  const address = URL.createObjectURL(blob), link = make("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
