/* The engine of the queries: a file beside the page, loaded when it is first needed, and a worker that can be ended. */

import { make } from "./dom.js";
import { data, ids, nodes } from "./graph.js";

const FILE = "graph-query.js", PATIENCE = 30_000;
/* Told how much of the graph is loaded. */
let onShare = () => {};
export const followLoading = (act) => { onShare = act; };

let loading = null, worker = null, begun = null, asking = false, sent = 0;
const pending = new Map();

/* The script hands over what it holds by a call. */
const fetched = () => new Promise((done, fail) => {
  let held = null;
  window.receiveGraph = (pack) => { held = pack; };
  const settle = () => {
    if (!held) fail(new Error(`Queries need the file ${FILE} in the folder of this page, and it is not there, or broken; kg build writes both`));
    else if (data.key && held.key !== data.key) fail(new Error(`${FILE} in this folder is of another graph than the page; kg build writes both anew`));
    else done(held);
    script.remove();
  };
  const script = make("script", { src: FILE, on: { load: settle, error: settle } });
  document.head.append(script);
});
export function load() {
  loading ??= fetched().catch((error) => {
    loading = null;
    throw error;
  });
  return loading;
}

function send(act, given) {
  const number = ++sent;
  return new Promise((done, fail) => {
    pending.set(number, { done, fail });
    worker.postMessage({ number, act, given });
  });
}

async function startEngine() {
  const { queries, worker: script, ...pack } = await load();
  const address = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  worker = new Worker(address);
  worker.onmessage = ({ data: { number, told, error, share } }) => {
    if (share !== undefined) return onShare(share);
    const { done, fail } = pending.get(number) ?? {};
    pending.delete(number);
    return error === undefined ? done?.(told) : fail?.(new Error(error));
  };
  worker.onerror = (event) => end(event.message || "The engine cannot be started in this browser");
  try {
    return await send("begin", { ...pack, kinds: data.types, base: data.base, ids, labels: nodes.map((n) => n.label) });
  } finally {
    URL.revokeObjectURL(address);
  }
}
/* Load the engine and the graph, or wait until that is done. */
export function ready() {
  if (begun) return begun;
  const mine = startEngine().catch((error) => {
    if (begun === mine) begun = null;
    throw error;
  });
  begun = mine;
  return mine;
}

function end(why) {
  worker?.terminate();
  worker = begun = null;
  for (const { fail } of pending.values()) fail(new Error(why));
  pending.clear();
}
/* End the query that runs, if one does; a new engine gets ready at once, for the next. */
export function stop(why = "Stopped") {
  if (!asking) return false;
  end(why);
  ready().catch(() => {});
  return true;
}

export async function askEngine(text) {
  await ready();
  const clock = setTimeout(() => stop(`Stopped after ${PATIENCE / 1000} s; narrow the query`), PATIENCE);
  asking = true;
  try {
    const told = await send("ask", { text });
    if (told.spent) {
      stop();
      throw new Error("The engine has no room for this query or its answer; narrow it, or give it a LIMIT");
    }
    return told;
  } finally {
    asking = false;
    clearTimeout(clock);
  }
}
export const answerPart = (given) => send("part", given);
export const answerCsv = () => send("csv");
