/* The map. vis-network keeps the view (pan, pinch, zoom, animation); what is seen is drawn here, all nodes of a
   colour in one path, for a canvas of many thousand nodes has no time for each of them. */

import { $, narrow, short, still } from "./dom.js";
import { data, edges, isPaper, nodes, other } from "./graph.js";
import { BROADER, around, focused, keeps, near, onScreen, path, shown } from "./shown.js";
import { change, sharedView, state } from "./state.js";

export const map = $("map"), panel = $("panel");
const FONT = getComputedStyle(document.body).fontFamily;
const MANY = 1500;

/* Upright screens see the map turned over its diagonal. */
const upright = innerHeight > innerWidth;
if (upright) {
  nodes.forEach((n) => { [n.x, n.y] = [n.y, n.x]; });
  data.regions = data.regions.map(([name, x, y, r]) => [name, y, x, r]);
}

export const network = new vis.Network(map, { nodes: new vis.DataSet(), edges: new vis.DataSet() }, {
  physics: false,
  layout: { improvedLayout: false },
  interaction: { zoomSpeed: 0.7 },
});
network.canvas.frame.tabIndex = -1;
window.network = network;

export const colour = {};
export function readColours() {
  const style = getComputedStyle(document.documentElement);
  for (const name of ["map", "region", "region-line", "text", "muted", "web", ...data.types])
    colour[name] = style.getPropertyValue("--" + name).trim();
}
readColours();

let hovered = -1, moving = false, web = null;
export const redraw = () => network.redraw();
export let signs = [], written = [];

/* The web of edges within the regions, one path for all of them. */
export function weave() {
  web = new Path2D();
  edges.forEach(({ from, to, relation }, e) => {
    if (relation === BROADER || nodes[from].region !== nodes[to].region || !keeps(e) || !shown(from) || !shown(to)) return;
    web.moveTo(nodes[from].x, nodes[from].y);
    web.lineTo(nodes[to].x, nodes[to].y);
  });
}

/* The edges to draw one by one: of the chosen node and its neighbourhood, of the path, or between the nodes of an answer. */
export function lines() {
  if (!focused()) return [];
  if (path.length) return path;
  const seen = new Set(), found = [];
  for (const i of state.steps > 1 || state.node < 0 ? around : [state.node])
    for (const e of near(i)) {
      const pair = edges[e].from < edges[e].to ? edges[e].from + " " + edges[e].to : edges[e].to + " " + edges[e].from;
      if (seen.has(pair) || !around.has(other(e, i))) continue;
      seen.add(pair);
      found.push(e);
    }
  return found;
}

/* What of the map is in view, and so many pixels around it. */
export const bounds = (pad) => {
  const low = network.DOMtoCanvas({ x: -pad, y: -pad }), high = network.DOMtoCanvas({ x: map.clientWidth + pad, y: map.clientHeight + pad });
  return { low, high, holds: ({ x, y }) => x > low.x && x < high.x && y > low.y && y < high.y };
};

function strokeLines(ctx, scale) {
  const all = lines(), thin = path.length ? 2.4 : all.length > 200 ? 0.8 : 1.4;
  ctx.save();
  ctx.lineWidth = thin / Math.min(1, scale * 1.2);
  ctx.globalAlpha = path.length ? 1 : all.length > 200 ? 0.25 : all.length > 60 ? 0.4 : 0.75;
  for (const e of all) {
    const a = nodes[edges[e].from], b = nodes[edges[e].to], far = state.node === edges[e].from ? b : a;
    const length = Math.hypot(b.x - a.x, b.y - a.y) || 1, ux = (b.x - a.x) / length, uy = (b.y - a.y) / length;
    const x = b.x - ux * (b.size + 2), y = b.y - uy * (b.size + 2), tip = Math.min(7, length / 4);
    ctx.strokeStyle = ctx.fillStyle = colour[far.group];
    ctx.beginPath();
    ctx.moveTo(a.x, a.y);
    ctx.lineTo(x - ux * tip, y - uy * tip);
    ctx.stroke();
    if (all.length > 400) continue;
    ctx.beginPath();
    ctx.moveTo(x, y);
    ctx.lineTo(x - ux * tip - uy * tip * 0.45, y - uy * tip + ux * tip * 0.45);
    ctx.lineTo(x - ux * tip + uy * tip * 0.45, y - uy * tip - ux * tip * 0.45);
    ctx.fill();
  }
  ctx.restore();
}

/* A shape for each type beside its colour, as in the style sheet; without corners, a disc. Areas are about the same. */
const turned = (n, start, r) => [...Array(n)].map((_, k) => [r * Math.cos(start + (2 * Math.PI * k) / n), r * Math.sin(start + (2 * Math.PI * k) / n)]);
const UP = -Math.PI / 2;
const SHAPES = {
  Paper: turned(4, Math.PI / 4, 1.3), Model: turned(4, UP, 1.3), Dataset: turned(3, UP, 1.4),
  Hardware: turned(6, UP, 1.1), Software: turned(3, -UP, 1.4), Task: turned(5, UP, 1.15),
};
export const corners = ({ group, x, y, size }) => SHAPES[group]?.map(([dx, dy]) => [x + dx * size, y + dy * size]);

function trace(ctx, node) {
  const points = corners(node);
  if (points) {
    ctx.moveTo(...points[0]);
    for (const point of points.slice(1)) ctx.lineTo(...point);
    ctx.closePath();
  } else {
    ctx.moveTo(node.x + node.size, node.y);
    ctx.arc(node.x, node.y, node.size, 0, 2 * Math.PI);
  }
}
function dots(ctx, chosen, scale) {
  for (const type of data.types) {
    const of = chosen.filter((i) => nodes[i].group === type);
    if (!of.length) continue;
    ctx.beginPath();
    for (const i of of) {
      const { x, y, size } = nodes[i];
      if (size * scale < 1.5) ctx.rect(x - size, y - size, 2 * size, 2 * size);
      else trace(ctx, nodes[i]);
    }
    ctx.fillStyle = colour[type];
    ctx.fill();
    if (scale > 0.35 && of.length < MANY) ctx.stroke();
  }
}

network.on("beforeDrawing", (ctx) => {
  const scale = network.getScale(), view = bounds(40), quiet = focused();
  ctx.lineWidth = 1 / scale;
  ctx.fillStyle = colour.region;
  ctx.strokeStyle = colour["region-line"];
  for (const [, x, y, r] of data.regions) {
    ctx.beginPath();
    ctx.arc(x, y, r, 0, 2 * Math.PI);
    ctx.fill();
    ctx.stroke();
  }
  if (!moving && !quiet) {
    ctx.save();
    ctx.globalAlpha = 0.22;
    ctx.strokeStyle = colour.web;
    ctx.lineWidth = 0.75 / scale;
    ctx.stroke(web);
    ctx.restore();
  }
  const seen = nodes.filter((n) => view.holds(n) && (shown(n.id) || around.has(n.id))).map((n) => n.id);
  ctx.strokeStyle = colour.region;
  ctx.lineWidth = Math.min(1, 1 / scale);
  if (quiet) {
    ctx.save();
    ctx.globalAlpha = 0.13;
    dots(ctx, seen.filter((i) => !around.has(i)), scale);
    ctx.restore();
    strokeLines(ctx, scale);
  }
  dots(ctx, quiet ? seen.filter((i) => around.has(i)) : seen, scale);
  for (const i of [state.node, state.to, hovered])
    if (i >= 0) {
      ctx.beginPath();
      trace(ctx, { ...nodes[i], size: nodes[i].size + 1.5 });
      ctx.strokeStyle = colour.text;
      ctx.lineWidth = 2.5 / Math.max(scale, 0.6);
      ctx.stroke();
    }
});

/* ---------- labels: the important first, none over another, more of them as one comes closer ---------- */
const order = nodes.map((n) => n.id).sort((a, b) => isPaper(a) - isPaper(b) || nodes[b].size - nodes[a].size || a - b);
const widths = new Map();
function width(ctx, string) {
  const key = ctx.font + string;
  if (!widths.has(key)) widths.set(key, ctx.measureText(string).width);
  return widths.get(key);
}
function breakInTwo(ctx, string, room) {
  const gaps = [...string.matchAll(/[ -]/g)].map((m) => m.index + (m[0] === "-"));
  if (width(ctx, string) <= room || !gaps.length) return [string];
  const at = gaps.reduce((a, b) => (Math.abs(b - string.length / 2) < Math.abs(a - string.length / 2) ? b : a));
  return [string.slice(0, at), string.slice(at).trim()];
}
/* What is taken of the screen, in cells, so that a label meets few others. */
function screen() {
  const cells = new Map();
  const each = ([left, top, right, bottom], act) => {
    for (let x = Math.floor(left / 48); x <= Math.floor(right / 48); x++)
      for (let y = Math.floor(top / 48); y <= Math.floor(bottom / 48); y++) if (act(x * 100003 + y)) return true;
    return false;
  };
  const meet = (a, b) => a[0] < b[2] && a[2] > b[0] && a[1] < b[3] && a[3] > b[1];
  return {
    take: (box) => { each(box, (cell) => { if (!cells.has(cell)) cells.set(cell, []); cells.get(cell).push(box); }); },
    free: (box) => !each(box, (cell) => (cells.get(cell) || []).some((one) => meet(box, one))),
  };
}

function writeLabels(ctx) {
  const scale = network.getScale(), taken = screen(), discs = screen(), view = bounds(80), chosen = focused();
  const candidates = order.filter((i) => onScreen(i) && view.holds(nodes[i]));
  for (const i of candidates) {
    const { x, y, size } = nodes[i], r = size * scale * 0.8;
    discs.take([x * scale - r, y * scale - r, x * scale + r, y * scale + r]);
  }
  for (const card of document.querySelectorAll(".over")) {
    const { left, top, right, bottom, width: wide } = card.getBoundingClientRect();
    const dx = view.low.x * scale + 80, dy = view.low.y * scale + 80;
    if (wide) taken.take([left + dx, top + dy, right + dx, bottom + dy]);
  }
  ctx.save();
  ctx.scale(1 / scale, 1 / scale);
  ctx.textBaseline = "middle";
  ctx.textAlign = "center";
  ctx.lineJoin = "round";
  ctx.lineWidth = 3.5;
  written = [];
  const write = (string, x, y, ink) => {
    ctx.strokeText(string, x, y);
    ctx.fillStyle = ink;
    ctx.fillText(string, x, y);
    written.push({ string, x: x / scale, y: y / scale, font: ctx.font, ink });
  };
  const name = (i, force) => {
    const { x, y, size, label } = nodes[i], strong = i === state.node || i === state.to || i === hovered;
    const font = isPaper(i) ? 11 : Math.min(15, 10 + size / 6), reach = size * scale;
    ctx.font = `${strong ? "600 " : ""}${font}px ${FONT}`;
    const string = short(label, strong ? 60 : isPaper(i) ? 34 : 40), half = width(ctx, string) / 2, high = font / 2 + 1;
    const places = [[0, reach + high + 2], [0, -reach - high - 2], [reach + half + 4, 0], [-reach - half - 4, 0]];
    for (const [dx, dy, over] of reach < 9 ? places : [...places, [...places[0], true]]) {
      const cx = x * scale + dx, cy = y * scale + dy, box = [cx - half - 1, cy - high, cx + half + 1, cy + high];
      if (!(taken.free(box) && (over || discs.free(box)))) continue;
      taken.take(box);
      write(string, cx, cy, colour.text);
      return;
    }
    if (!force) return;
    const [[dx, dy]] = places;
    taken.take([x * scale + dx - half - 1, y * scale + dy - high, x * scale + dx + half + 1, y * scale + dy + high]);
    write(string, x * scale + dx, y * scale + dy, colour.text);
  };
  ctx.strokeStyle = colour.region;
  const strong = [state.node, state.to, hovered].filter((i, k, all) => i >= 0 && all.indexOf(i) === k);
  if (chosen) {
    strong.forEach((i) => name(i, true));
    const crowded = around.size > 40 && scale < 1.2 && !path.length;
    for (const i of candidates) if (!strong.includes(i) && !(crowded && isPaper(i))) name(i, path.length > 0);
  }
  signs = [];
  ctx.strokeStyle = colour.map;
  const line = narrow.matches ? 14 : 17, left = view.low.x * scale + 86, right = view.high.x * scale - 86;
  data.regions.forEach(([string, x, y, r], at) => {
    if (state.region >= 0 && at !== state.region) return;
    ctx.font = `650 ${line - 3}px ${FONT}`;
    const parts = string ? breakInTwo(ctx, string, 2 * r * scale) : [], half = Math.max(0, ...parts.map((l) => width(ctx, l))) / 2;
    const tall = line * parts.length, tops = [(y - r) * scale - 3 - tall, (y + r) * scale + 3, y * scale - tall / 2];
    const middle = Math.max(left + half, Math.min(right - half, x * scale)), inside = x * scale > left && x * scale < right;
    const top = (chosen ? tops.slice(0, 1) : tops).find((t) => taken.free([middle - half, t, middle + half, t + tall]));
    if (!parts.length || !inside || top === undefined) return;
    const box = [middle - half, top, middle + half, top + tall];
    taken.take(box);
    signs.push([...box.map((v) => v / scale), at]);
    parts.forEach((l, k) => write(l, middle, top + line * (k + 0.5), chosen ? colour.muted : colour.text));
  });
  ctx.strokeStyle = colour.region;
  if (!chosen) {
    strong.forEach((i) => name(i, true));
    const twice = (i) => scale < 0.8 && nodes[i].region >= 0 && data.regions[nodes[i].region][0] === nodes[i].label;
    for (const i of candidates) if (!strong.includes(i) && nodes[i].size * scale >= (isPaper(i) ? 8 : 5.5) && !twice(i)) name(i, false);
  }
  ctx.restore();
}
/* Where Enter would choose, for whoever moves the map by keys. */
function cross(ctx) {
  const { x, y } = middle(), arm = 9 / network.getScale();
  ctx.beginPath();
  ctx.moveTo(x - arm, y);
  ctx.lineTo(x + arm, y);
  ctx.moveTo(x, y - arm);
  ctx.lineTo(x, y + arm);
  ctx.strokeStyle = colour.text;
  ctx.lineWidth = 1.5 / network.getScale();
  ctx.stroke();
}
map.addEventListener("focus", redraw);
map.addEventListener("blur", redraw);
network.on("afterDrawing", (ctx) => {
  if (!moving) writeLabels(ctx);
  if (map.matches(":focus-visible")) cross(ctx);
  document.documentElement.dataset.drawn = "yes";
});

/* ---------- moving ---------- */
/* The part of the map that no card covers. */
function room() {
  const [wide, tall] = [map.clientWidth, map.clientHeight], filters = $("filters");
  if (narrow.matches) return { left: 0, right: wide, top: 110, bottom: panel.hidden ? tall - 60 : tall - panel.offsetHeight };
  return { left: filters.open && filters.offsetWidth ? filters.offsetWidth + 16 : 0, right: panel.hidden ? wide : wide - panel.offsetWidth - 16, top: 60, bottom: tall };
}
const middle = () => {
  const free = room();
  return network.DOMtoCanvas({ x: (free.left + free.right) / 2, y: (free.top + free.bottom) / 2 });
};
function move(position, scale, calm) {
  const free = room(), offset = { x: (free.left + free.right - map.clientWidth) / 2, y: (free.top + free.bottom - map.clientHeight) / 2 };
  network.moveTo({ position, scale, offset, animation: calm || still.matches ? false : { duration: 350, easingFunction: "easeInOutQuad" } });
}
function fit(left, top, right, bottom, most, calm) {
  const free = room(), scale = Math.min(most, (free.right - free.left - 16) / (right - left), (free.bottom - free.top - 16) / (bottom - top));
  move({ x: (left + right) / 2, y: (top + bottom) / 2 }, scale, calm);
}
export function showAll(calm) {
  const rims = data.regions.length ? data.regions.map(([, x, y, r]) => [x - r, y - r - 70, x + r, y + r]) : [[-100, -100, 100, 100]];
  const [left, top, right, bottom] = [0, 1, 2, 3].map((k) => (k < 2 ? Math.min : Math.max)(...rims.map((b) => b[k])));
  fit(left, top, right, bottom, 1.5, calm);
}
export function showRegion(at) {
  const [, x, y, r] = data.regions[at];
  fit(x - r, y - r - 40, x + r, y + r, 6);
}
export function showAround(i) {
  const half = ["x", "y"].map((k) => Math.max(60, ...[...around].map((n) => Math.abs(nodes[n][k] - nodes[i][k]))) + 50);
  const free = room(), least = isPaper(i) ? 0.8 : 0.5;
  move(nodes[i], Math.max(least, Math.min(1.5, (free.right - free.left) / 2 / half[0], (free.bottom - free.top) / 2 / half[1])));
}
export function showPath() {
  const [xs, ys] = ["x", "y"].map((k) => [...around].map((n) => nodes[n][k]));
  fit(Math.min(...xs) - 120, Math.min(...ys) - 80, Math.max(...xs) + 120, Math.max(...ys) + 80, 1.5);
}
const FARTHEST = 0.05, NEAREST = 6;
const bounded = (scale) => Math.min(NEAREST, Math.max(FARTHEST, scale));
export const zoomBy = (factor) => network.moveTo({ scale: bounded(network.getScale() * factor), animation: still.matches ? false : { duration: 200, easingFunction: "easeInOutQuad" } });
export function takeSharedView() {
  const at = sharedView();
  if (at) move(upright ? { x: at[1], y: at[0] } : { x: at[0], y: at[1] }, at[2], true);
  return at !== null;
}
export function viewpoint() {
  const { x, y } = middle();
  return [...(upright ? [y, x] : [x, y]).map((n) => n.toFixed(0)), network.getScale().toFixed(3)].join(",");
}

/* ---------- pointer and keys ---------- */
function nodeAt({ x, y }, slack) {
  let best = -1, least = slack;
  for (const n of nodes) {
    if (!onScreen(n.id)) continue;
    const far = Math.hypot(n.x - x, n.y - y) - n.size;
    if (far < least) { least = far; best = n.id; }
  }
  if (best < 0 && focused()) best = nodes.find((n) => shown(n.id) && Math.hypot(n.x - x, n.y - y) < n.size)?.id ?? -1;
  return best;
}
network.on("click", ({ pointer }) => {
  const best = nodeAt(pointer.canvas, (matchMedia("(pointer: coarse)").matches ? 16 : 5) / network.getScale());
  const { x, y } = pointer.canvas, named = best < 0 && signs.find((b) => b[0] < x && x < b[2] && b[1] < y && y < b[3]);
  if (named) showRegion(named[4]);
  else change({ node: best });
});
map.addEventListener("pointermove", (event) => {
  if (event.buttons || event.pointerType === "touch") return;
  const { left, top } = map.getBoundingClientRect();
  const now = nodeAt(network.DOMtoCanvas({ x: event.clientX - left, y: event.clientY - top }), 2 / network.getScale());
  if (now === hovered) return;
  hovered = now;
  map.style.cursor = now < 0 ? "" : "pointer";
  redraw();
});
map.addEventListener("pointerleave", () => { if (hovered >= 0) { hovered = -1; redraw(); } });

/* While the view moves, edges and labels wait. */
let rest = 0;
const settle = () => { moving = false; redraw(); };
const stir = () => { moving = true; clearTimeout(rest); rest = setTimeout(settle, 140); };
network.on("dragStart", () => { moving = true; clearTimeout(rest); });
network.on("dragEnd", settle);
network.on("zoom", ({ scale }) => {
  stir();
  if (scale !== bounded(scale)) network.moveTo({ scale: bounded(scale) });
});

map.addEventListener("keydown", (event) => {
  const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  const at = network.getViewPosition(), scale = network.getScale();
  if (step) network.moveTo({ position: { x: at.x + step[0] * 90 / scale, y: at.y + step[1] * 90 / scale } });
  else if (event.key === "+" || event.key === "=") zoomBy(1.3);
  else if (event.key === "-") zoomBy(1 / 1.3);
  else if (event.key === "0") showAll();
  else if (event.key === "Enter") change({ node: nodeAt(middle(), 1e9) });
  else return;
  event.preventDefault();
});
