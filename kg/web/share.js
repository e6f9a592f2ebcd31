/* To take away: the picture, the query that gives the selection, a link that opens this view again. */

import { $, draw, tell } from "./dom.js";
import { lineagePicture } from "./lineage.js";
import { data, edges, ids, isPaper, nodes } from "./graph.js";
import { bounds, colour, corners, lines, network, viewpoint, written } from "./map.js";
import { wholeQuery } from "./query.js";
import { BROADER, around, focused, keeps, onScreen, shown } from "./shown.js";
import { link, state } from "./state.js";
import { save } from "./table.js";

/* The lineage is drawn into a canvas of twice its size. */
function lineagePng() {
  const drawn = lineagePicture(), [wide, tall] = ["width", "height"].map((side) => 2 * Number(drawn.getAttribute(side))), image = new Image();
  const copy = document.createElement("canvas"), ctx = copy.getContext("2d");
  [copy.width, copy.height] = [wide, tall];
  ctx.fillStyle = colour.region;
  ctx.fillRect(0, 0, wide, tall);
  image.onload = () => {
    ctx.drawImage(image, 0, 0, wide, tall);
    copy.toBlob((blob) => save(blob, "lineage.png"));
  };
  image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(new XMLSerializer().serializeToString(drawn));
}
export function savePng() {
  if (state.view === "lineage") {
    lineagePng();
    return;
  }
  const canvas = network.canvas.frame.canvas, copy = document.createElement("canvas"), ctx = copy.getContext("2d");
  [copy.width, copy.height] = [canvas.width, canvas.height];
  ctx.fillStyle = colour.map;
  ctx.fillRect(0, 0, copy.width, copy.height);
  ctx.drawImage(canvas, 0, 0);
  copy.toBlob((blob) => save(blob, "graph.png"));
}

export function svg() {
  const { low, high, holds } = bounds(0), scale = network.getScale(), chosen = focused();
  const picture = draw("svg", { xmlns: "http://www.w3.org/2000/svg", viewBox: `${low.x} ${low.y} ${high.x - low.x} ${high.y - low.y}`, width: $("map").clientWidth, height: $("map").clientHeight });
  picture.append(draw("rect", { x: low.x, y: low.y, width: high.x - low.x, height: high.y - low.y, fill: colour.map }));
  for (const [, cx, cy, r] of data.regions) picture.append(draw("circle", { cx, cy, r, fill: colour.region, stroke: colour["region-line"], "stroke-width": 1 / scale }));
  const strands = chosen ? lines() : edges.map((_, e) => e).filter((e) => keeps(e) && edges[e].relation !== BROADER && shown(edges[e].from) && shown(edges[e].to) && nodes[edges[e].from].region === nodes[edges[e].to].region);
  for (const e of strands) {
    const a = nodes[edges[e].from], b = nodes[edges[e].to];
    picture.append(draw("line", { x1: a.x, y1: a.y, x2: b.x, y2: b.y, stroke: chosen ? colour[(edges[e].from === state.node ? b : a).group] : colour.web, "stroke-opacity": chosen ? 0.6 : 0.22, "stroke-width": (chosen ? 1.4 : 0.75) / scale }));
  }
  for (const n of nodes) {
    if (!holds(n) || !(shown(n.id) || around.has(n.id))) continue;
    const look = { fill: colour[n.group], opacity: onScreen(n.id) ? 1 : 0.13 };
    const points = corners(n);
    picture.append(points ? draw("polygon", { points: points.map((p) => p.join(",")).join(" "), ...look }) : draw("circle", { cx: n.x, cy: n.y, r: n.size, ...look }));
  }
  for (const { string, x, y, font, ink } of written) {
    const [, weight, size] = /^(?:(\d+) )?([\d.]+)px/.exec(font) || [null, null, "12"];
    picture.append(draw("text", { x, y, "font-size": size / scale, "font-weight": weight || 400, "font-family": "system-ui, sans-serif", "text-anchor": "middle", "dominant-baseline": "central", fill: ink, stroke: colour.region, "stroke-width": 3 / scale, "paint-order": "stroke" }, string));
  }
  return new XMLSerializer().serializeToString(picture);
}
export function saveSvg() {
  const words = state.view === "lineage" ? new XMLSerializer().serializeToString(lineagePicture()) : svg();
  save(new Blob([words], { type: "image/svg+xml" }), state.view === "lineage" ? "lineage.svg" : "graph.svg");
}

/* The query over the Turtle file that gives the nodes shown, or the edges of the chosen node. */
export function sparql() {
  if (state.query && (state.view === "query" || (state.answer && state.node < 0))) return wholeQuery();
  const head = ["PREFIX kg: <https://w3id.org/mlkg/ontology#>", "PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>"];
  const relations = data.relations.filter((r) => r !== BROADER && !state.drop.includes(r)), types = data.types.filter((t) => !state.hide.includes(t));
  const list = (names) => names.map((n) => "kg:" + n).join(" ");
  const of = (what) => [
    `  VALUES ?relation { ${list(relations)} }`,
    "  ?claim rdf:subject ?subject ; rdf:predicate ?relation ; rdf:object ?object ; kg:confidence ?confidence .",
    state.sure ? `  FILTER(?confidence >= ${(state.sure / 100).toFixed(2)})` : null,
    state.since ? `  FILTER NOT EXISTS { ?subject a kg:Paper FILTER NOT EXISTS { ?subject kg:year ?year FILTER(?year >= ${state.since}) } }` : null,
    ...what,
  ].filter(Boolean);
  const values = (name, found) => `  VALUES ${name} { ${found.map((i) => `<${data.base}${ids[i]}>`).join(" ")} }`;
  if (state.node >= 0 && (state.steps > 1 || state.to >= 0))
    return [...head, "", "SELECT ?subject ?relation ?object ?confidence WHERE {", values("?subject", [...around]), values("?object", [...around]), ...of([]), "}", "ORDER BY DESC(?confidence) ?subject ?relation ?object"].join("\n");
  if (state.node >= 0) {
    const hidden = types.length < data.types.length ? [`  VALUES ?type { ${list(types)} }`, "  ?other a ?type ."] : [];
    return [...head, "", "SELECT ?subject ?relation ?object ?confidence WHERE {", `  BIND(<${data.base}${data.ids[state.node]}> AS ?node)`,
      ...of(["  FILTER(?node IN (?subject, ?object))", hidden.length ? "  BIND(IF(?subject = ?node, ?object, ?subject) AS ?other)" : null, ...hidden]), "}", "ORDER BY DESC(?confidence) ?subject ?relation ?object"].join("\n");
  }
  const entities = types.filter((t) => t !== "Paper"), inside = nodes.map((n) => n.id).filter((i) => shown(i) && !isPaper(i));
  return [...head, "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>", "", "SELECT ?entity ?label ?type (COUNT(DISTINCT ?subject) AS ?papers) WHERE {", `  VALUES ?type { ${list(entities)} }`,
    "  ?entity a ?type ; skos:prefLabel ?label .", ...(state.region >= 0 ? [values("?entity", inside)] : []), ...of(["  ?subject a kg:Paper .", "  FILTER(?object = ?entity)"]), "}", "GROUP BY ?entity ?label ?type",
    `HAVING (COUNT(DISTINCT ?subject) >= ${state.papers})`, "ORDER BY DESC(?papers) ?label"].join("\n");
}

/* Without the clipboard, which a page from a disk may not have, the words are shown to be copied by hand. */
export async function copy(words, told) {
  try {
    await navigator.clipboard.writeText(words);
    tell(told);
  } catch {
    $("copy-text").value = words;
    $("copy").showModal();
    $("copy-text").select();
  }
}
export const copySparql = () => copy(sparql(), "Query copied");
export const copyLink = () => copy(link(viewpoint()), "Link copied");
