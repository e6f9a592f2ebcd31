/* Which nodes and edges pass the filters, and what is near the chosen node. */

import { data, edges, into, isPaper, nodes, other, out, papers, region, sure, year } from "./graph.js";
import { state } from "./state.js";

export const BROADER = "broader";
const passes = new Uint8Array(nodes.length), holds = new Uint8Array(edges.length);
export let around = new Set(), path = [], answer = new Set();
/* The nodes that the last query gave. */
export const setAnswer = (found) => { answer = new Set(found); };

export const shown = (i) => passes[i] === 1;
export const keeps = (e) => holds[e] === 1;
export const near = (i) => [...out[i], ...into[i]].filter(keeps);
/* Whether a part stands out: a node with its neighbours, a path, an answer. */
export const focused = () => around.size > 0;
export const onScreen = (i) => (focused() ? around.has(i) : shown(i));

export function sift() {
  const hide = new Set(state.hide), drop = new Set(state.drop), strict = drop.size > 0 || state.sure > 0 || state.since > 0;
  const old = nodes.map((n) => state.since > 0 && isPaper(n.id) && year(n.id) < state.since);
  const named = state.since ? nodes.map((n) => new Set(into[n.id].map((e) => edges[e].from).filter((k) => isPaper(k) && !old[k])).size) : papers;
  const allowed = nodes.map((n) => !hide.has(n.group) && !old[n.id]), linked = new Uint8Array(nodes.length);
  edges.forEach(({ from, to, relation }, e) => {
    const stands = !drop.has(relation) && (relation === BROADER || sure(e) >= state.sure);
    holds[e] = stands && allowed[from] && allowed[to] ? 1 : 0;
    if (stands && relation !== BROADER && !old[from]) linked[from] = linked[to] = 1;
  });
  nodes.forEach((_, i) => {
    /* of a very large graph, not all papers lie on the map */
    const known = isPaper(i) ? nodes[i].region >= 0 || state.papers === 1 : named[i] >= state.papers && (named[i] > 0 || !state.since);
    passes[i] = allowed[i] && known && (state.region < 0 || region[i] === state.region) && (linked[i] || !strict) ? 1 : 0;
  });
  path = state.node >= 0 && state.to >= 0 ? shortest(state.node, state.to) : [];
  const answered = state.answer ? [...answer].filter((i) => allowed[i]) : [];
  around = new Set(state.node < 0 ? answered : path.length ? path.flatMap((e) => [edges[e].from, edges[e].to]) : [state.node, ...within(state.node, state.steps)]);
  if (state.to >= 0) around.add(state.node).add(state.to);
}

/* All nodes so many steps away at most; a second step goes through no node that hundreds share. */
function within(i, steps) {
  const first = near(i).map((e) => other(e, i));
  if (steps < 2) return first;
  return [...first, ...first.filter((k) => near(k).length <= 150).flatMap((k) => near(k).map((e) => other(e, k)))];
}

/* The edges of a shortest connection; of two as short, the one through surer edges and rarer nodes. */
function shortest(from, to) {
  const best = new Map([[from, { cost: 0, edge: -1 }]]);
  let front = [from];
  while (front.length && !best.has(to)) {
    const next = new Map();
    for (const i of front)
      for (const e of near(i)) {
        const k = other(e, i);
        if (best.has(k)) continue;
        const cost = best.get(i).cost + (101 - sure(e)) / 100 + Math.log2(1 + near(k).length) / 4;
        if (!next.has(k) || cost < next.get(k).cost) next.set(k, { cost, edge: e });
      }
    next.forEach((step, k) => best.set(k, step));
    front = [...next.keys()];
  }
  const found = [];
  for (let i = to; best.has(to) && i !== from; i = other(found[0], i)) found.unshift(best.get(i).edge);
  return found;
}

/* How many nodes and edges of each kind there are to choose from. */
export const counts = {
  types: data.types.map((type) => nodes.filter((n) => n.group === type).length),
  relations: data.relations.map((relation) => edges.filter((e) => e.relation === relation).length),
  regions: data.regions.map((_, r) => nodes.filter((n) => n.region === r).length),
};
