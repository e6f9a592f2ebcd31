/* The lineage: what the chosen node improves on to its left, what improves on it to its right, step by step. */

import { $, draw, make, nodeLink, short } from "./dom.js";
import { edges, gains, into, isPaper, nodes, out } from "./graph.js";
import { keeps } from "./shown.js";
import { state } from "./state.js";

const DEPTH = 3, PER_COLUMN = 14;
const WIDE = 176, TALL = 40, STEP = 304, ROW = 58, EDGE = 24;

/* A paper says nothing more where what it introduces is said to be better. */
const introduced = (i) => (isPaper(i) ? out[i].filter((e) => edges[e].relation === "introduces").map((e) => edges[e].to) : []);
const improving = (e) => edges[e].relation === "improvesOn" && keeps(e);
const stated = ({ from, to }) => introduced(from).some((k) => out[k].some((e) => edges[e].to === to && improving(e)));
const better = (bundle) => bundle.filter((e) => improving(e) && !stated(edges[e]));

/* Columns of nodes by distance, those before the root negative, and the edges between neighbouring columns. */
export function lineage(root) {
  const column = new Map([[root, 0]]), used = [];
  let left = 0;
  for (const [side, bundles, end] of [[-1, out, "to"], [1, into, "from"]]) {
    let front = [root];
    for (let depth = 1; depth <= DEPTH && front.length; depth++) {
      const next = [];
      for (const i of front)
        for (const e of better(bundles[i])) {
          const k = edges[e][end];
          if (!column.has(k)) {
            if (next.length >= PER_COLUMN) { left++; continue; }
            column.set(k, side * depth);
            next.push(k);
          }
          if (column.get(k) === side * depth) used.push(e);
        }
      front = next;
    }
  }
  return { column, used: [...new Set(used)], left };
}

/* The lineage as a picture by itself, its looks written into it. */
export function lineagePicture() {
  const shown = $("lineage").querySelector("svg"), copy = shown.cloneNode(true), all = [...shown.querySelectorAll("*")];
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  [...copy.querySelectorAll("*")].forEach((element, k) => {
    const style = getComputedStyle(all[k]);
    for (const name of ["fill", "stroke", "stroke-width", "font-size", "font-family", "text-anchor", "paint-order"]) element.setAttribute(name, style.getPropertyValue(name));
    element.removeAttribute("href");
  });
  return copy;
}

export function showLineage() {
  const { column, used, left } = lineage(state.node), columns = new Map();
  for (const [i, c] of column) columns.set(c, [...(columns.get(c) || []), i]);
  const first = Math.min(...columns.keys()), tallest = Math.max(...[...columns.values()].map((c) => c.length)), at = new Map();
  for (const c of [...columns.keys()].sort((a, b) => Math.abs(a) - Math.abs(b))) {
    const rows = columns.get(c), anchor = (i) => {
      const near = used.filter((e) => edges[e].from === i || edges[e].to === i).map((e) => (edges[e].from === i ? edges[e].to : edges[e].from)).filter((k) => at.has(k));
      return near.length ? near.reduce((sum, k) => sum + at.get(k).y, 0) / near.length : 0;
    };
    rows.sort((a, b) => anchor(a) - anchor(b) || isPaper(a) - isPaper(b) || (nodes[a].label < nodes[b].label ? -1 : 1));
    rows.forEach((i, k) => at.set(i, { x: EDGE + (c - first) * STEP, y: EDGE + ((tallest - rows.length) / 2 + k) * ROW }));
  }
  const wide = EDGE * 2 + (Math.max(...columns.keys()) - first) * STEP + WIDE, tall = EDGE * 2 + tallest * ROW;
  const svg = draw("svg", { viewBox: `0 0 ${wide} ${tall}`, width: wide, height: tall, role: "group", "aria-label": "Lineage of " + nodes[state.node].label });
  const labels = [];
  for (const e of used) {
    const a = at.get(edges[e].to), b = at.get(edges[e].from), x1 = a.x + WIDE, y1 = a.y + TALL / 2, x2 = b.x, y2 = b.y + TALL / 2, bend = Math.max(40, (x2 - x1) / 2);
    svg.append(draw("path", { class: "flow", d: `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}` }));
    const words = gains(e).join(", ");
    /* where lines fan out, the words stand at the end that is alone */
    const fan = used.filter((f) => edges[f].from === edges[e].from).length > used.filter((f) => edges[f].to === edges[e].to).length;
    if (words) labels.push(draw("text", { class: "gain", x: fan ? x1 + 6 : x2 - 6, y: (fan ? y1 : y2) - 5, "text-anchor": fan ? "start" : "end" }, draw("title", {}, words), short(words, 20)));
  }
  for (const [i, { x, y }] of at) {
    const link = nodeLink(i, nodes[i].label), name = short(nodes[i].label, 46), cut = name.length > 22 ? name.lastIndexOf(" ", 22) : -1;
    const rows = name.length <= 22 || cut < 1 ? [short(name, 24)] : [name.slice(0, cut), short(name.slice(cut + 1), 22)];
    const box = draw("a", { class: "t-" + nodes[i].group + (i === state.node ? " root" : ""), href: link.getAttribute("href"), "data-node": i, "aria-label": `${nodes[i].label}, ${nodes[i].group}` },
      draw("title", {}, nodes[i].label), draw("rect", { x, y, width: WIDE, height: TALL, rx: isPaper(i) ? 3 : 9 }),
      rows.map((row, k) => draw("text", { x: x + WIDE / 2, y: y + TALL / 2 + (k - (rows.length - 1) / 2) * 15 + 4, "text-anchor": "middle" }, row)));
    svg.append(box);
  }
  svg.append(...labels);
  const told = make("p", { class: "quiet" }, "Left is what came before, right what is said to be better; on the lines, in what and by how much.", left ? ` ${left} more are left out.` : "");
  const scroll = make("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Lineage, scrolls" }, svg), root = at.get(state.node);
  $("lineage").replaceChildren(told, scroll);
  scroll.scrollTo(root.x + WIDE / 2 - scroll.clientWidth / 2, root.y + TALL / 2 - scroll.clientHeight / 2);
}
