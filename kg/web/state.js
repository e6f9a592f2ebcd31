/* What is chosen, kept and shown. It lives in the address after "#", so that a link opens it again:
   #technique/lora?steps=2&hide=Paper&drop=mentions&papers=3&sure=80&region=4&since=2024&view=table&to=model/bert&at=x,y,scale
   A query that was run stands there while it or its answer is seen: ?view=query&query=ASK… or ?query=ASK…&answer=1 */

import { data, ids, number } from "./graph.js";

const VIEWS = ["map", "table", "lineage", "query"];
export const WHOLE = { hide: [], drop: [], papers: data.least, sure: 0, region: -1, since: 0 };
const START = { node: -1, steps: 1, to: -1, view: "map", query: "", answer: false, ...WHOLE };
export const state = { ...START };

const followers = [];
export const onChange = (act) => followers.push(act);

function address(of) {
  const said = [];
  const say = (key, value) => said.push(`${key}=${encodeURIComponent(value).replace(/%2F/g, "/").replace(/%2C/g, ",")}`);
  if (of.steps !== START.steps) say("steps", of.steps);
  if (of.to >= 0) say("to", ids[of.to]);
  if (of.view !== START.view) say("view", of.view);
  if (of.hide.length) say("hide", of.hide.join(","));
  if (of.drop.length) say("drop", of.drop.join(","));
  if (of.papers !== START.papers) say("papers", of.papers);
  if (of.sure) say("sure", of.sure);
  if (of.region >= 0) say("region", of.region);
  if (of.query && (of.answer || of.view === "query")) say("query", of.query);
  if (of.query && of.answer) say("answer", 1);
  if (of.since) say("since", of.since);
  const node = of.node >= 0 ? encodeURI(ids[of.node]) : "";
  return "#" + node + (said.length ? "?" + said.join("&") : "");
}

/* What stands in the address before the first "?" and behind it. */
function addressed() {
  const [, path, query] = /^#?([^?]*)\??(.*)$/.exec(location.hash);
  return { path, said: new URLSearchParams(query) };
}

function read() {
  const { path, said } = addressed();
  const find = (id) => number.get(id) ?? -1;
  const whole = (key, least, most, otherwise) => {
    const n = Number.parseInt(said.get(key), 10);
    return n >= least && n <= most ? n : otherwise;
  };
  const among = (key, known) => (said.get(key) || "").split(",").filter((x) => known.includes(x));
  let id = path;
  try { id = decodeURI(path); } catch { /* not an address of ours */ }
  return {
    node: find(id),
    steps: whole("steps", 1, 2, START.steps),
    to: find(said.get("to")),
    view: VIEWS.includes(said.get("view")) ? said.get("view") : START.view,
    hide: among("hide", data.types),
    drop: among("drop", data.relations),
    papers: whole("papers", 1, 1e6, START.papers),
    sure: whole("sure", 1, 100, 0),
    region: whole("region", 0, data.regions.length - 1, -1),
    query: said.get("query") || state.query,
    answer: said.has("query") && said.get("answer") === "1",
    since: whole("since", 1500, 2199, 0),
  };
}

const notify = (before) => followers.forEach((act) => act(before));
/* Show the same state again, where something that it needs has come. */
export const refresh = () => notify({ ...state });
/* Where a link leads that changes some of it. */
export const hrefOf = (patch) => address({ ...state, ...patch });

/* Change some of it; what a person would go back to becomes a step of the history. */
export function change(patch) {
  const before = { ...state }, was = address(state);
  Object.assign(state, patch);
  if (state.node < 0) state.steps = START.steps;
  if (state.node < 0 || (state.node !== before.node && patch.to === undefined)) state.to = -1;
  if (state.view === "lineage" && state.node < 0) state.view = "map";
  const now = address(state);
  if (now === was) return;
  /* a slider would leave a step for each of its places */
  const slid = Object.keys(state).every((key) => key === "papers" || key === "sure" || state[key] === before[key]);
  if (slid) history.replaceState(null, "", now);
  else history.pushState(null, "", now);
  notify(before);
}

/* The address of all this, with the place on the map. */
export function link(view) {
  const here = address(state);
  return `${location.href.split("#")[0]}${here}${here.includes("?") ? "&" : "?"}at=${view}`;
}
export const filtered = () => state.hide.length + state.drop.length + (state.sure > 0) + (state.region >= 0) + (state.since > 0) + (state.papers !== START.papers) > 0;

/* Whether the address asks for a node that is not in this graph. */
export const unknown = () => state.node < 0 && addressed().path !== "";

/* The place on the map that a shared link asks for: [x, y, scale], or null. */
export function sharedView() {
  const at = (addressed().said.get("at") || "").split(",").map(Number);
  return at.length === 3 && at.every(Number.isFinite) && at[2] > 0 ? at : null;
}

export function start() {
  const follow = () => {
    const before = { ...state };
    Object.assign(state, read());
    if (address(state) !== address(before) || sharedView()) notify(before);
  };
  addEventListener("popstate", follow);
  addEventListener("hashchange", follow);
  Object.assign(state, read());
  notify({ ...START });
}
