/* The parts together: a change of the state shows everywhere. */

import { $, tell } from "./dom.js";
import { showFilters, startFilters } from "./filters.js";
import { showLineage } from "./lineage.js";
import { map, panel, readColours, redraw, showAll, showAround, showPath, showRegion, takeSharedView, weave, zoomBy } from "./map.js";
import { improves, showPanel } from "./panel.js";
import { followAnswer, showQuery, startQuery } from "./query.js";
import { ask, startSearch } from "./search.js";
import { copyLink, copySparql, savePng, saveSvg } from "./share.js";
import { around, path, sift } from "./shown.js";
import { change, onChange, sharedView, start, state, unknown } from "./state.js";
import { showTable } from "./table.js";

const SCREENS = { table: showTable, lineage: showLineage, query: showQuery };
const askPath = () => ask((i) => {
  change({ to: i });
  panel.focus({ preventScroll: true });
}, "Path to which node?");

onChange((before) => {
  sift();
  weave();
  showFilters();
  showPanel(askPath);
  for (const [view, show] of Object.entries(SCREENS)) {
    $(view).hidden = state.view !== view;
    if (state.view === view) show();
  }
  for (const choice of document.querySelectorAll("#views button")) {
    choice.setAttribute("aria-pressed", String(choice.dataset.view === state.view));
    choice.disabled = choice.dataset.view === "lineage" && !(state.node >= 0 && improves(state.node));
  }
  document.body.dataset.view = state.view;
  followAnswer();
  for (const id of ["take-png", "take-svg"]) $(id).disabled = state.view === "table" || state.view === "query";
  if (unknown()) tell("No node of this graph has that address");
  if (takeSharedView()) return;
  if (path.length && (before.to !== state.to || before.node !== state.node)) showPath();
  else if (state.node >= 0 && (before.node !== state.node || before.steps !== state.steps)) showAround(state.node);
  else if (state.node < 0 && state.answer && !before.answer && around.size) showPath();
  else if (state.node < 0 && state.region >= 0 && before.region !== state.region) showRegion(state.region);
  else if (state.node < 0 && before.region >= 0 && state.region < 0) showAll();
  else redraw();
});

/* A link to a node keeps the filters; with a key held, the browser opens it as it is. */
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-node]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  change({ node: Number(link.dataset.node), ...(state.view === "table" || state.view === "query" ? { view: "map" } : {}) });
  panel.focus({ preventScroll: true });
});
const shut = () => {
  if (state.view !== "map") change({ view: "map" });
  else if (state.node >= 0) change({ node: -1 });
  else if (state.answer) change({ answer: false });
  else return;
  if (state.node < 0) map.focus();
};
$("close").addEventListener("click", () => { change({ node: -1, view: state.view === "lineage" ? "map" : state.view }); map.focus(); });
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || document.activeElement === $("search") || $("copy").open || document.activeElement?.matches("#query :is(textarea, input)")) return;
  if ($("take").open) {
    $("take").open = false;
    $("take").querySelector("summary").focus();
  } else shut();
});
$("zoom").addEventListener("click", ({ target }) => {
  const how = target.dataset.zoom;
  if (how === "all") showAll();
  else if (how) zoomBy(how === "in" ? 1.5 : 1 / 1.5);
});
$("views").addEventListener("click", ({ target }) => { if (target.dataset.view) change({ view: target.dataset.view }); });
for (const [id, act] of Object.entries({ png: savePng, svg: saveSvg, sparql: copySparql, link: copyLink }))
  $("take-" + id).addEventListener("click", () => { $("take").open = false; act(); });
$("take").addEventListener("focusout", ({ relatedTarget }) => { if (relatedTarget && !$("take").contains(relatedTarget)) $("take").open = false; });
let waiting = 0;
addEventListener("resize", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => { if (path.length) showPath(); else if (state.node >= 0) showAround(state.node); }, 150);
});
document.addEventListener("pointerdown", (event) => { if ($("take").open && !$("take").contains(event.target)) $("take").open = false; });

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  readColours();
  redraw();
});
$("answered-query").addEventListener("click", () => change({ view: "query" }));
$("answered-close").addEventListener("click", () => { change({ answer: false }); map.focus(); });
startFilters();
startQuery(() => { if (!sharedView() && state.node < 0 && around.size) showPath(); });
startSearch((i) => {
  change({ node: i, view: "map" });
  panel.focus({ preventScroll: true });
});
showAll(true);
start();
document.documentElement.dataset.ready = "yes";
