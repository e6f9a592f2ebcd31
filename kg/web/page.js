"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const { ids, nodes, edges, about, support } = data;
  const $ = (id) => document.getElementById(id);
  const map = $("map"), panel = $("panel"), content = $("content"), search = $("search"), list = $("suggestions");
  const narrow = matchMedia("(max-width: 700px)"), dark = matchMedia("(prefers-color-scheme: dark)");
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const number = new Map(ids.map((id, i) => [id, i]));
  const NAMES = {
    introduces: ["Introduces", "Introduced by"],
    uses: ["Uses", "Used by"],
    comparesWith: ["Compares with", "Compared with by"],
    improvesOn: ["Improves on", "Improved on by"],
    mentions: ["Mentions", "Mentioned by"],
    broader: ["Broader", "Narrower"],
  };
  const FIRST = 12;

  /* The graph as lists: for each node its edges, out and in. */
  const out = nodes.map(() => []), into = nodes.map(() => []);
  edges.forEach((edge, i) => { out[edge.from].push(i); into[edge.to].push(i); });
  if (innerHeight > innerWidth) {
    nodes.forEach((n) => { [n.x, n.y] = [n.y, n.x]; });
    data.regions = data.regions.map(([name, x, y, r]) => [name, y, x, r]);
  }
  const near = (i) => [...out[i].map((e) => edges[e].to), ...into[i].map((e) => edges[e].from)];
  const onMap = (i) => nodes[i].region >= 0;
  const isPaper = (i) => nodes[i].group === "Paper";

  /* DOM without markup: text is only ever text. */
  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes)) {
      if (key === "class") element.className = value;
      else if (key === "on") for (const [event, act] of Object.entries(value)) element.addEventListener(event, act);
      else element.setAttribute(key, value);
    }
    element.append(...children.filter((c) => c !== null && c !== ""));
    return element;
  }

  /* Offsets count code points; strings here count UTF-16 units. */
  const texts = new Map();
  function text(paper, start, end) {
    if (!texts.has(paper)) {
      const whole = nodes[paper].label + "\n" + about[paper][0];
      texts.set(paper, /[\ud800-\udbff]/.test(whole) ? Array.from(whole) : whole);
    }
    const part = texts.get(paper).slice(start, end);
    return typeof part === "string" ? part : part.join("");
  }
  const length = (string) => Array.from(string).length;

  /* ---------- the map ---------- */
  const colour = {};
  function readColours() {
    const style = getComputedStyle(document.documentElement);
    for (const name of ["map", "region", "region-line", "text", "muted", "web", ...data.types])
      colour[name] = style.getPropertyValue("--" + name).trim();
  }
  readColours();
  const paint = (i) => {
    const c = colour[nodes[i].group], line = colour.region;
    return { background: c, border: line, highlight: { background: c, border: colour.text }, hover: { background: c, border: colour.text } };
  };
  const drawn = (i, extra) => {
    const { id, shape, size, x, y } = nodes[i];
    return { id, shape, size, x, y, color: paint(i), opacity: 1, ...extra };
  };
  const shown = nodes.map((n) => n.id).filter(onMap);
  const visNodes = new vis.DataSet(shown.map((i) => drawn(i))), visEdges = new vis.DataSet();
  const network = new vis.Network(map, { nodes: visNodes, edges: visEdges }, {
    physics: false,
    layout: { improvedLayout: false },
    nodes: { borderWidth: 1, borderWidthSelected: 2.5, chosen: true },
    edges: { smooth: false, chosen: false, arrows: { to: { enabled: true, scaleFactor: 0.45 } } },
    interaction: { hover: true, dragNodes: false, hideEdgesOnDrag: true, selectConnectedEdges: false, hoverConnectedEdges: false, zoomSpeed: 0.7 },
  });
  window.network = network;

  const hiddenTypes = new Set();
  let selected = -1, hovered = -1, moving = false, around = new Set(), extra = [], boxes = [];
  const visible = (i) => !hiddenTypes.has(nodes[i].group) || i === selected;

  /* The web of edges within the regions, one path for all of them. */
  let web = null;
  function weave() {
    web = new Path2D();
    for (const { from, to, relation } of edges) {
      if (relation === "broader" || nodes[from].region !== nodes[to].region || !onMap(from) || !visible(from) || !visible(to)) continue;
      web.moveTo(nodes[from].x, nodes[from].y);
      web.lineTo(nodes[to].x, nodes[to].y);
    }
  }
  weave();

  network.on("beforeDrawing", (ctx) => {
    ctx.lineWidth = 1 / network.getScale();
    ctx.fillStyle = colour.region;
    ctx.strokeStyle = colour["region-line"];
    for (const [, x, y, r] of data.regions) {
      ctx.beginPath();
      ctx.arc(x, y, r, 0, 2 * Math.PI);
      ctx.fill();
      ctx.stroke();
    }
    if (moving || selected >= 0) return;
    ctx.save();
    ctx.globalAlpha = 0.22;
    ctx.strokeStyle = colour.web;
    ctx.lineWidth = 0.75 / network.getScale();
    ctx.stroke(web);
    ctx.restore();
  });

  /* Labels: the important first, none over another, more of them as one comes closer. */
  const FONT = getComputedStyle(document.body).fontFamily;
  const order = nodes.map((n) => n.id).sort((a, b) => isPaper(a) - isPaper(b) || nodes[b].size - nodes[a].size || a - b);
  const short = (string, most) => (string.length <= most ? string : string.slice(0, most).replace(/\s+\S*$/, "") + " …");
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
      free: (box) => !each(box, (cell) => (cells.get(cell) || []).some((other) => meet(box, other))),
    };
  }
  network.on("afterDrawing", (ctx) => {
    const scale = network.getScale(), taken = screen(), dots = screen();
    const low = network.DOMtoCanvas({ x: -80, y: -30 }), high = network.DOMtoCanvas({ x: map.clientWidth + 80, y: map.clientHeight + 30 });
    const inView = (i) => nodes[i].x > low.x && nodes[i].x < high.x && nodes[i].y > low.y && nodes[i].y < high.y;
    const candidates = order.filter((i) => (selected < 0 ? onMap(i) : around.has(i)) && visible(i) && inView(i));
    for (const i of candidates) {
      const { x, y, size } = nodes[i], r = size * scale * 0.8;
      dots.take([x * scale - r, y * scale - r, x * scale + r, y * scale + r]);
    }
    for (const card of document.querySelectorAll(".search input, #legend")) {
      const { left, top, right, bottom } = card.getBoundingClientRect(), dx = low.x * scale + 80, dy = low.y * scale + 30;
      taken.take([left + dx, top + dy, right + dx, bottom + dy]);
    }
    ctx.save();
    ctx.scale(1 / scale, 1 / scale);
    ctx.textBaseline = "middle";
    ctx.textAlign = "center";
    ctx.lineJoin = "round";
    ctx.lineWidth = 3.5;
    const write = (string, x, y, ink) => {
      ctx.strokeText(string, x, y);
      ctx.fillStyle = ink;
      ctx.fillText(string, x, y);
    };
    const name = (i, force) => {
      const { x, y, size, label } = nodes[i], strong = i === selected || i === hovered;
      const font = isPaper(i) ? 11 : Math.min(15, 10 + size / 6), reach = size * scale;
      ctx.font = `${strong ? "600 " : ""}${font}px ${FONT}`;
      const string = short(label, strong ? 60 : isPaper(i) ? 34 : 40), half = width(ctx, string) / 2, high = font / 2 + 1;
      const places = [[0, reach + high + 2], [0, -reach - high - 2], [reach + half + 4, 0], [-reach - half - 4, 0]];
      for (const [dx, dy, over] of reach < 9 ? places : [...places, [...places[0], true]]) {
        const cx = x * scale + dx, cy = y * scale + dy, box = [cx - half - 1, cy - high, cx + half + 1, cy + high];
        if (!force && !(taken.free(box) && (over || dots.free(box)))) continue;
        taken.take(box);
        write(string, cx, cy, colour.text);
        return;
      }
    };
    ctx.strokeStyle = colour.region;
    if (selected >= 0) {
      name(selected, true);
      if (hovered >= 0 && hovered !== selected) name(hovered, true);
      const crowded = around.size > 40 && scale < 1.2;
      for (const i of candidates) if (i !== selected && i !== hovered && !(crowded && isPaper(i))) name(i, false);
    }
    boxes = [];
    ctx.strokeStyle = colour.map;
    const line = narrow.matches ? 14 : 17, left = (low.x * scale) + 86, right = high.x * scale - 86;
    data.regions.forEach(([string, x, y, r], region) => {
      ctx.font = `650 ${line - 3}px ${FONT}`;
      const lines = string ? breakInTwo(ctx, string, 2 * r * scale) : [], half = Math.max(0, ...lines.map((l) => width(ctx, l))) / 2;
      const tall = line * lines.length, tops = [(y - r) * scale - 3 - tall, (y + r) * scale + 3, y * scale - tall / 2];
      const middle = Math.max(left + half, Math.min(right - half, x * scale)), inside = x * scale > left && x * scale < right;
      const top = (selected < 0 ? tops : tops.slice(0, 1)).find((t) => taken.free([middle - half, t, middle + half, t + tall]));
      if (!lines.length || !inside || top === undefined) return;
      const box = [middle - half, top, middle + half, top + tall];
      taken.take(box);
      boxes.push([...box.map((v) => v / scale), region]);
      lines.forEach((l, k) => write(l, middle, top + line * (k + 0.5), selected < 0 ? colour.text : colour.muted));
    });
    ctx.strokeStyle = colour.region;
    if (selected < 0) {
      if (hovered >= 0) name(hovered, true);
      const twice = (i) => scale < 0.8 && data.regions[nodes[i].region][0] === nodes[i].label;
      for (const i of candidates) if (i !== hovered && nodes[i].size * scale >= (isPaper(i) ? 8 : 5.5) && !twice(i)) name(i, false);
    }
    ctx.restore();
    document.documentElement.dataset.drawn = "yes";
  });
  const redraw = () => network.redraw();

  function move(position, scale, calm) {
    const sheet = !panel.hidden;
    const offset = sheet ? (narrow.matches ? { x: 0, y: -panel.offsetHeight / 2 + 20 } : { x: -panel.offsetWidth / 2, y: 0 }) : { x: 0, y: 0 };
    const animation = calm || still.matches ? false : { duration: 350, easingFunction: "easeInOutQuad" };
    network.moveTo({ position, scale, offset, animation });
  }
  function showAll(calm) {
    const rims = data.regions.length ? data.regions.map(([, x, y, r]) => [x - r, y - r - 70, x + r, y + r]) : [[-100, -100, 100, 100]];
    const [left, top, right, bottom] = [0, 1, 2, 3].map((k) => (k < 2 ? Math.min : Math.max)(...rims.map((b) => b[k])));
    const wide = map.clientWidth - (narrow.matches ? 16 : 60), tall = map.clientHeight - (narrow.matches ? 130 : 50);
    move({ x: (left + right) / 2, y: (top + bottom) / 2 }, Math.min(1.5, wide / (right - left), tall / (bottom - top)), calm);
  }
  const zoomBy = (factor) => move(network.getViewPosition(), Math.min(6, Math.max(0.08, network.getScale() * factor)));

  /* ---------- choosing a node ---------- */
  function choose(i) {
    const before = selected;
    visNodes.remove(extra);
    visEdges.clear();
    selected = i;
    around = new Set(i < 0 ? [] : [i, ...near(i)]);
    extra = [...around].filter((n) => !onMap(n));
    visNodes.add(extra.map((n) => drawn(n)));
    refresh();
    if (i < 0) {
      network.unselectAll();
      return;
    }
    const seen = new Set(), lines = [];
    for (const e of [...out[i], ...into[i]]) {
      const { from, to } = edges[e], other = from === i ? to : from, pair = from + " " + to;
      if (seen.has(pair) || !visible(other)) continue;
      seen.add(pair);
      lines.push({ id: e, from, to, width: 1.4, color: { color: colour[nodes[other].group], opacity: around.size > 60 ? 0.35 : 0.7 } });
    }
    visEdges.add(lines);
    network.selectNodes([i], false);
    if (before !== i) {
      const spread = [...around].map((n) => [Math.abs(nodes[n].x - nodes[i].x), Math.abs(nodes[n].y - nodes[i].y)]);
      const half = [0, 1].map((k) => Math.max(60, ...spread.map((s) => s[k])) + 50);
      const room = narrow.matches ? [map.clientWidth, map.clientHeight * 0.4] : [map.clientWidth - 460, map.clientHeight];
      move(nodes[i], Math.max(isPaper(i) ? 0.8 : 0.5, Math.min(1.5, room[0] / 2 / half[0], room[1] / 2 / half[1])));
    }
  }
  function refresh() {
    visNodes.update([...shown, ...extra].map((i) => ({
      id: i, color: paint(i), hidden: !visible(i), opacity: selected < 0 || around.has(i) ? 1 : 0.13,
    })));
    weave();
    redraw();
  }

  /* ---------- the panel ---------- */
  const link = (i) => make("a", { href: "#" + encodeURI(ids[i]) }, nodes[i].label);
  const sign = (i) => make("span", { class: "sign t-" + nodes[i].group, title: nodes[i].group, "aria-hidden": "true" });
  const tidy = (string) => string.replace(/\\([%$#&_])/g, "$1");
  const heading = (string, count) => make("h2", {}, string, count === undefined ? null : make("span", { class: "count" }, String(count)));

  function marked(paper, start, end, spans) {
    const parts = [];
    let at = start;
    for (const [from, to, target] of spans) {
      if (from < at || to > end) continue;
      parts.push(text(paper, at, from));
      const words = text(paper, from, to);
      parts.push(make("mark", { class: "t-" + nodes[target].group }, target === selected ? words : make("a", { href: "#" + encodeURI(ids[target]), title: nodes[target].label }, words)));
      at = to;
    }
    parts.push(text(paper, at, end));
    return parts;
  }
  /* One quote for all evidence that stands in one sentence. */
  function quotes(rows, target, other) {
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
      if (paper !== selected && paper !== other) foot.append(" · ", link(paper));
      const spans = same.map((row) => [row[1], row[2], target]).sort((a, b) => a[0] - b[0] || b[1] - a[1]);
      return make("blockquote", {}, ...marked(paper, first, last, spans), foot);
    });
  }
  function edgeItem(e, other) {
    const claim = support[e], name = make("span", { class: "name" }, link(other));
    if (!claim) return make("li", {}, make("div", { class: "plain" }, sign(other), name));
    const gains = [...new Set(claim.slice(1).map((row) => [row[6], tidy(row[7])].filter(Boolean).join(" ")).filter(Boolean))];
    if (gains.length) name.append(make("span", { class: "quiet" }, " — " + gains.join(", ")));
    const details = make("details", {}, make("summary", {}, sign(other), name, make("span", { class: "sure", title: "confidence" }, claim[0] + "%")));
    details.addEventListener("toggle", () => {
      if (details.open && details.children.length === 1) details.append(...quotes(claim.slice(1), edges[e].to, other));
    });
    return make("li", {}, details);
  }
  function group(title, items, build) {
    if (!items.length) return [];
    const rows = make("ul", { class: "edges" }, ...items.slice(0, FIRST).map(build));
    if (items.length <= FIRST) return [heading(title, items.length), rows];
    const more = make("button", { type: "button", class: "more", on: { click: () => {
      rows.append(...items.slice(FIRST).map(build));
      rows.children[FIRST].querySelector("a").focus();
      more.remove();
    } } }, `Show all ${items.length}`);
    return [heading(title, items.length), rows, more];
  }
  function groups(i) {
    const found = [];
    for (const relation of data.relations)
      [out[i], into[i]].forEach((bundle, direction) => {
        const end = direction ? "from" : "to";
        const items = bundle.filter((e) => edges[e].relation === relation).map((e) => [e, edges[e][end]]);
        if (relation === "broader" && !direction) return;
        items.sort((a, b) => (support[b[0]] || [0])[0] - (support[a[0]] || [0])[0] || nodes[b[1]].size - nodes[a[1]].size || (nodes[a[1]].label < nodes[b[1]].label ? -1 : 1));
        found.push(...group((NAMES[relation] || [relation, relation + " (of)"])[direction], items, ([e, other]) => edgeItem(e, other)));
      });
    return found;
  }
  function results(i) {
    const rows = data.results.filter((r) => (isPaper(i) ? r[0] === i : r[1] === i)).sort((a, b) => a[0] - b[0] || a[4] - b[4]);
    if (!rows.length) return [];
    const body = rows.map(([paper, subject, metric, value, , , first, last, baseline, dataset, hardware]) => {
      const what = make("td", {}, metric), where = make("td", {}), places = [dataset, hardware].filter((n) => n >= 0);
      if (subject !== i && subject !== paper) what.append(" of ", link(subject));
      if (baseline >= 0) what.append(" against ", link(baseline));
      places.forEach((n, k) => where.append(k ? ", " : "", link(n)));
      if (!isPaper(i)) where.append(places.length ? " · " : "", link(paper));
      return make("tr", { title: text(paper, first, last) }, make("td", { class: "value" }, tidy(value)), what, where);
    });
    const head = make("tr", {}, ...["Value", "Measure", isPaper(i) ? "On" : "On · in"].map((h) => make("th", { scope: "col" }, h)));
    return [heading("Numeric results", rows.length), make("table", {}, make("thead", {}, head), make("tbody", {}, ...body))];
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
    return make("p", { class: "quiet" }, ...links.flatMap(([name, href], k) => [k ? " · " : null, make("a", { href, target: "_blank", rel: "noopener noreferrer" }, name + " ↗")]));
  }
  function paperSpans(i) {
    const spans = new Map();
    for (const e of out[i]) for (const row of (support[e] || []).slice(1)) if (row[0] === i && row[2] > row[1]) spans.set(row[1] + " " + row[2], [row[1], row[2], edges[e].to]);
    return [...spans.values()].sort((a, b) => a[0] - b[0] || b[1] - a[1]);
  }
  function describe(i) {
    const kind = make("div", { class: "kind" }, sign(i), nodes[i].group);
    if (isPaper(i)) {
      const [abstract, pages] = about[i], first = length(nodes[i].label), spans = paperSpans(i);
      return [
        kind, make("h1", {}, nodes[i].label), outward(i),
        make("p", { class: "abstract" }, ...marked(i, first + 1, first + 1 + length(abstract), spans.filter((s) => s[0] > first))),
        pages.length ? make("p", { class: "quiet" }, "Listed on " + pages.join(", ")) : null,
        ...results(i), ...groups(i),
      ];
    }
    const [aliases, definition] = about[i], parents = out[i].filter((e) => edges[e].relation === "broader");
    const papers = new Set(into[i].map((e) => edges[e].from).filter(isPaper)).size;
    kind.append(` · ${papers} ${papers === 1 ? "paper" : "papers"}`);
    return [
      kind, make("h1", {}, nodes[i].label),
      definition ? make("p", {}, definition) : null,
      aliases.length ? make("p", { class: "quiet" }, "Also " + aliases.join(", ")) : null,
      parents.length ? make("p", { class: "quiet" }, "A kind of ", ...parents.flatMap((e, k) => [k ? ", " : null, link(edges[e].to)])) : null,
      ...results(i), ...groups(i),
    ];
  }
  function open(i) {
    panel.hidden = i < 0;
    $("zoom").hidden = i >= 0 && narrow.matches;
    choose(i);
    content.replaceChildren(...(i < 0 ? [] : describe(i).filter(Boolean)));
    panel.scrollTop = 0;
    panel.setAttribute("aria-label", i < 0 ? "Details" : nodes[i].label);
    document.title = i < 0 ? title : nodes[i].label;
  }
  const title = document.title;

  /* The address says what is open, so that back and forward work. */
  function go(i) {
    const hash = i < 0 ? "" : "#" + encodeURI(ids[i]);
    if (location.hash !== hash) location.hash = hash;
    else follow();
  }
  function follow() {
    let id = location.hash.slice(1);
    try { id = decodeURI(id); } catch { /* not an address of ours */ }
    const i = number.has(id) ? number.get(id) : -1;
    if (i !== selected || i < 0) open(i);
  }
  addEventListener("hashchange", follow);
  const shut = () => { if (selected >= 0) { go(-1); map.focus(); } };

  /* ---------- controls ---------- */
  network.on("click", ({ pointer }) => {
    const { x, y } = pointer.canvas, scale = network.getScale();
    let best = -1, least = (matchMedia("(pointer: coarse)").matches ? 16 : 5) / scale;
    for (const i of [...shown, ...extra]) {
      if (!visible(i) || (selected >= 0 && !around.has(i))) continue;
      const far = Math.hypot(nodes[i].x - x, nodes[i].y - y) - nodes[i].size;
      if (far < least) { least = far; best = i; }
    }
    if (best < 0 && selected >= 0) best = shown.find((i) => visible(i) && Math.hypot(nodes[i].x - x, nodes[i].y - y) < nodes[i].size) ?? -1;
    const sign = best < 0 && boxes.find((b) => b[0] < x && x < b[2] && b[1] < y && y < b[3]);
    if (sign) {
      const [, cx, cy, r] = data.regions[sign[4]];
      network.unselectAll();
      move({ x: cx, y: cy }, Math.min(map.clientWidth, map.clientHeight) / (2.2 * r));
    } else go(best);
  });
  network.on("hoverNode", ({ node }) => { hovered = node; map.style.cursor = "pointer"; redraw(); });
  network.on("blurNode", () => { hovered = -1; map.style.cursor = ""; redraw(); });
  network.on("dragStart", () => { moving = true; });
  network.on("dragEnd", () => { moving = false; redraw(); });
  $("close").addEventListener("click", shut);
  $("zoom").addEventListener("click", ({ target }) => {
    const how = target.dataset.zoom;
    if (how === "all") showAll();
    else if (how) zoomBy(how === "in" ? 1.5 : 1 / 1.5);
  });
  map.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    const at = network.getViewPosition(), scale = network.getScale();
    if (step) network.moveTo({ position: { x: at.x + step[0] * 90 / scale, y: at.y + step[1] * 90 / scale } });
    else if (event.key === "+" || event.key === "=") zoomBy(1.3);
    else if (event.key === "-") zoomBy(1 / 1.3);
    else if (event.key === "0") showAll();
    else return;
    event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== search && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      search.focus();
      search.select();
    } else if (event.key === "Escape" && document.activeElement !== search) shut();
  });
  for (const box of document.querySelectorAll("#legend input"))
    box.addEventListener("change", () => {
      if (box.checked) hiddenTypes.delete(box.value);
      else hiddenTypes.add(box.value);
      choose(selected);
    });
  if (narrow.matches) $("legend").open = false;
  const away = nodes.length - shown.length;
  $("hint").textContent = away ? `${away.toLocaleString("en")} more, which fewer than two papers name, appear beside a chosen neighbour or by search.` : "";

  /* ---------- search ---------- */
  const plain = (string) => string.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/[^\p{L}\p{N}.+#]+/gu, " ").trim();
  let index = null, options = [], active = -1;
  const entries = () => (index ??= nodes.flatMap((n) => [[n.id, plain(n.label), ""], ...(isPaper(n.id) ? [] : about[n.id][0].map((a) => [n.id, plain(a), a]))]));
  function find(query) {
    const wanted = plain(query), words = wanted.split(" "), best = new Map();
    if (!wanted) return [];
    for (const [i, name, alias] of entries()) {
      let score = name === wanted ? 4 : name.startsWith(wanted) ? 3 : (" " + name).includes(" " + wanted) ? 2 : words.every((w) => name.includes(w)) ? 1 : 0;
      if (!score) continue;
      score = score * 1000 - (alias ? 300 : 0) - (isPaper(i) ? 500 : 0) + Math.min(200, into[i].length) - Math.min(99, 5 * (name.length - wanted.length));
      if (!best.has(i) || best.get(i)[0] < score) best.set(i, [score, alias]);
    }
    return [...best].sort((a, b) => b[1][0] - a[1][0] || a[0] - b[0]).slice(0, 12).map(([i, [, alias]]) => [i, alias]);
  }
  function suggest() {
    options = find(search.value);
    active = options.length ? 0 : -1;
    const rows = options.map(([i, alias], k) => {
      const name = make("span", { class: "name" }, nodes[i].label);
      if (alias) name.append(make("span", { class: "also" }, " · " + alias));
      const count = into[i].filter((e) => isPaper(edges[e].from)).length;
      return make("li", { role: "option", id: "option-" + k, on: { mousedown: (e) => e.preventDefault(), click: () => take(k) } }, sign(i), name, make("span", { class: "count" }, isPaper(i) ? "Paper" : String(count)));
    });
    if (!rows.length && search.value.trim()) rows.push(make("li", { class: "none" }, "Nothing of that name"));
    list.replaceChildren(...rows);
    list.hidden = !rows.length;
    point(active);
  }
  function point(k) {
    active = k;
    search.setAttribute("aria-expanded", String(!list.hidden));
    [...list.children].forEach((row, at) => row.setAttribute("aria-selected", String(at === k)));
    if (k >= 0) { search.setAttribute("aria-activedescendant", "option-" + k); list.children[k].scrollIntoView({ block: "nearest" }); }
    else search.removeAttribute("aria-activedescendant");
  }
  function fold() { list.hidden = true; point(-1); }
  function take(k) {
    if (!options[k]) return;
    const [i] = options[k];
    search.value = "";
    fold();
    go(i);
    panel.focus({ preventScroll: true });
  }
  search.addEventListener("input", suggest);
  search.addEventListener("focus", () => { if (search.value) suggest(); });
  search.addEventListener("blur", fold);
  search.addEventListener("keydown", (event) => {
    const count = options.length;
    if (event.key === "ArrowDown" && count) point((active + 1) % count);
    else if (event.key === "ArrowUp" && count) point((active + count - 1) % count);
    else if (event.key === "Enter") take(Math.max(active, 0));
    else if (event.key === "Escape") { if (list.hidden) search.blur(); else fold(); }
    else return;
    event.preventDefault();
  });

  dark.addEventListener("change", () => { readColours(); choose(selected); });
  showAll(true);
  follow();
  document.documentElement.dataset.ready = "yes";
})();
