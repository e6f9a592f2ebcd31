/* The queries: the named ones at a click, their parameters, an editor, and the answer. */

import { $, button, count, make, narrow } from "./dom.js";
import { answerParts, summary } from "./answer.js";
import { askEngine, followLoading, load, ready, stop } from "./engine.js";
import { data } from "./graph.js";
import { lines } from "./map.js";
import { parameterRows, parameters } from "./parameters.js";
import { answer, setAnswer } from "./shown.js";
import { change, refresh, state } from "./state.js";

const LOADING = "Loading the engine and the graph …";
let pack = null, asked = "", turn = 0, followed = () => {};

const editor = make("textarea", { id: "query-text", rows: 9, spellcheck: "false", autocapitalize: "off", autocomplete: "off", "aria-label": "Query in SPARQL", placeholder: "SELECT ?paper ?title WHERE { ?paper kg:uses technique:quantization ; dcterms:title ?title }" });
const status = make("p", { id: "query-status", role: "status" }), place = make("div", { id: "answer" }), form = make("div", { id: "parameters" });
const named = make("ul", { class: "named" }), prefixes = make("p", { class: "quiet" });
const choices = make("details", { class: "choices", open: true }, make("summary", {}, "Named queries"), named);
const runs = button("Run", () => run(editor.value), { title: "Ctrl+Enter" }), stops = button("Stop", halt, { hidden: true });

function say(words, wrong = false) {
  status.textContent = words;
  status.classList.toggle("wrong", wrong);
}

/* An engine that still loads goes on loading. */
function halt() {
  if (stop()) return;
  turn += 1;
  stops.hidden = true;
  say("Stopped");
}

/* What is run goes into the address; the change comes back to `showQuery`, which asks it. */
function run(text) {
  editor.value = text;
  if (!text.trim()) return say("The query is empty; it starts with SELECT, ASK, CONSTRUCT or DESCRIBE", true);
  if (text === state.query) asked = "";
  change({ query: text, answer: false, view: "query" });
  return follow();
}

async function follow() {
  if (asked === state.query || !state.query) return;
  const text = state.query, mine = ++turn;
  asked = editor.value = text;
  setAnswer([]);
  place.replaceChildren();
  stop();
  say(LOADING);
  stops.hidden = false;
  try {
    await ready();
    if (mine !== turn) return;
    say("Running …");
    const told = await askEngine(text);
    if (mine !== turn) return;
    if (told.wrong) say(told.wrong, true);
    else {
      say(summary(told));
      place.replaceChildren(...answerParts(told, () => change({ answer: true, node: -1, view: "map", hide: [], drop: [], sure: 0, region: -1 })));
      setAnswer(told.nodes);
    }
  } catch (error) {
    if (mine !== turn) return;
    say(error.message, true);
  }
  stops.hidden = true;
  if (state.answer) {
    refresh();
    followed();
  }
}

/* On a phone the list gives room to the answer. */
function choose(text) {
  if (narrow.matches) choices.open = false;
  run(text);
}

/* It is made anew only where the query asks for something else: somebody may be typing in it. */
let formed = "";
function showForm() {
  const wanted = JSON.stringify(parameters(editor.value));
  if (!pack || wanted === formed) return;
  formed = wanted;
  form.replaceChildren(...parameterRows(editor.value, pack.prefixes, (text, id) => {
    const held = document.activeElement?.id;
    run(text);
    showForm();
    $(held === id ? id : "")?.focus();
  }));
}

/* The list comes with the engine. */
function open() {
  load().then((held) => {
    if (pack) return;
    pack = held;
    named.replaceChildren(...pack.queries.map(([name, title, text]) => make("li", {}, make("button", { type: "button", "data-query": name, on: { click: () => choose(text) } }, title))));
    prefixes.textContent = Object.keys(pack.prefixes).sort().map((name) => name + ":").join(" ");
    showForm();
    if (!state.query) say("");
    ready().catch((error) => say(error.message, true));
  }).catch((error) => say(error.message, true));
}

export function startQuery(act) {
  followed = act;
  followLoading((share) => { if (status.textContent.startsWith(LOADING)) say(`${LOADING} ${Math.floor(share * 100)}%`); });
  editor.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      run(editor.value);
    }
  });
  editor.addEventListener("input", showForm);
  $("query").append(make("div", { class: "beside" }, choices, make("div", { class: "asking" }, form, editor, make("div", { class: "actions" }, runs, stops, status, make("details", { class: "known" }, make("summary", { class: "quiet" }, "Known prefixes"), prefixes)), make("p", { class: "quiet" }, data.part), place)));
}
export function showQuery() {
  if (!pack) {
    if (!status.textContent) say(LOADING);
    open();
  }
  follow();
  showForm();
  for (const choice of named.querySelectorAll("button")) choice.setAttribute("aria-pressed", String(pack.queries.some(([name, , text]) => name === choice.dataset.query && text === state.query)));
}
/* The answer is on the map: it must be there, and to be left again. */
export function followAnswer() {
  if (state.answer && state.query) follow();
  $("answered").hidden = !state.answer;
  if (!state.answer) return;
  const many = state.node < 0 ? lines().length : 0, edges = many ? `, ${count(many)} ${many === 1 ? "edge" : "edges"}` : "";
  $("answered-words").textContent = answer.size ? `Answer: ${count(answer.size)} ${answer.size === 1 ? "node" : "nodes"}${edges}` : status.textContent;
}
/* The query with the prefixes that it uses, for other engines. */
export function wholeQuery() {
  const used = Object.entries(pack?.prefixes ?? {}).filter(([name]) => new RegExp(`(?<![\\w:-])${name}:`).test(state.query) && !new RegExp(`PREFIX\\s+${name}:`, "i").test(state.query));
  return [...used.map(([name, iri]) => `PREFIX ${name}: <${iri}>`), state.query].join("\n");
}
