/* The engine, in a worker, so that the page goes on meanwhile and a query can be ended. It keeps the last answer and
   gives parts of it, sorted as wanted. `oxigraph` stands before this script. */

import { csvRow } from "./csv.js";
import { absent, explain, form, refusal, tokens } from "./explain.js";

const PAGE = 1000, KEPT = 200_000, PIECE = 1 << 22;
const XSD = "http://www.w3.org/2001/XMLSchema#";
const NUMBERS = new Set(["integer", "decimal", "double", "float", "int", "long", "nonNegativeInteger"].map((name) => XSD + name));
const order = new Intl.Collator("en", { numeric: true });

let store = null, known = null, answer = null;
/* the number of the node with an IRI, and of the only one with a label (-1 where several have it) */
const byIri = new Map(), byLabel = new Map();

function unpacked(text, packing) {
  const string = atob(text), bytes = new Uint8Array(string.length);
  for (let k = 0; k < string.length; k++) bytes[k] = string.charCodeAt(k);
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream(packing)));
}
/* The memory of the engine never shrinks: a large graph is handed over in pieces. */
function* pieces(bytes) {
  for (let k = 0; k < bytes.length; k += PIECE) {
    self.postMessage({ share: k / bytes.length });
    yield bytes.subarray(k, k + PIECE);
  }
}

async function begin({ engine, graph, base, ids, labels, ...rest }) {
  known = rest;
  ids.forEach((id, i) => {
    byIri.set(base + id, i);
    byLabel.set(labels[i], byLabel.has(labels[i]) ? -1 : i);
  });
  const [code, turtle] = await Promise.all([unpacked(engine, "gzip").arrayBuffer(), unpacked(graph, "deflate").arrayBuffer()]);
  oxigraph.initSync({ module: code });
  store = new oxigraph.Store();
  store.load(pieces(new Uint8Array(turtle)), { format: "ttl", no_transaction: true, lenient: true });
  return { triples: store.size };
}

/* The engine returns all rows at once. More than can be kept are not asked for, where the query sets no limit itself. */
function evaluate(head, text, options) {
  try {
    return store.query(`${head}${text}\nLIMIT ${KEPT + 1}`, options);
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) throw error;
    return store.query(head + text, options);
  }
}

const term = ({ termType, value, datatype, language, subject, predicate, object }) =>
  termType === "NamedNode" ? { type: "uri", value }
    : termType === "BlankNode" ? { type: "bnode", value }
      : termType === "Literal" ? { type: "literal", value, datatype: datatype.value, "xml:lang": language || undefined }
        : { type: "triple", value: { subject: term(subject), predicate: term(predicate), object: term(object) } };

function found(head, text, pieces) {
  const kind = form(pieces);
  if (kind === "CONSTRUCT" || kind === "DESCRIBE") {
    const seen = evaluate(head, text);
    return { kind: "triples", columns: ["subject", "predicate", "object"], rows: seen.map((quad) => [term(quad.subject), term(quad.predicate), term(quad.object)]) };
  }
  const told = JSON.parse(evaluate(head, text, { results_format: "json" }));
  if (typeof told.boolean === "boolean") return { kind: "truth", truth: told.boolean, columns: [], rows: [] };
  const columns = told.head.vars;
  return { kind: "rows", columns, rows: told.results.bindings.map((row) => columns.map((name) => row[name] ?? null)) };
}

/* Columns that hold nothing but labels of nodes: what a query gives by name opens as well. */
const named = ({ columns, rows, kind }) => columns.map((_, c) =>
  kind === "rows" && rows.some((row) => row[c]) && rows.every((row) => !row[c] || (row[c].type === "literal" && byLabel.has(row[c].value))));
const nodeOf = (cell, c) => (!cell ? -1 : cell.type === "uri" ? (byIri.get(cell.value) ?? -1) : answer.named[c] ? byLabel.get(cell.value) : -1);

function shorten(iri) {
  const fits = Object.entries(known.prefixes).filter(([, base]) => base && iri.startsWith(base)).sort((a, b) => b[1].length - a[1].length);
  return fits.length ? `${fits[0][0]}:${iri.slice(fits[0][1].length)}` : iri;
}
function words(cell) {
  if (!cell) return "";
  if (cell.type === "uri") return shorten(cell.value);
  if (cell.type === "bnode") return "_:" + cell.value;
  if (cell.type === "triple") return `<< ${["subject", "predicate", "object"].map((part) => words(cell.value[part])).join(" ")} >>`;
  return cell.value;
}
/* A cell of the page: its words, the number of its node, its IRI, whether it is a number. */
const shown = (cell, c) => [words(cell), nodeOf(cell, c), cell?.type === "uri" ? cell.value : "", NUMBERS.has(cell?.datatype)];

function part({ from = 0, by = -1, down = false }) {
  if (by !== answer.by || down !== answer.down) {
    const rank = (cell) => {
      const node = nodeOf(cell, by);
      return node >= 0 ? known.labels[node] : words(cell);
    };
    const keyed = answer.rows.map((row, k) => [by < 0 || !row[by] ? "" : NUMBERS.has(row[by].datatype) ? Number(row[by].value) : rank(row[by]), k]);
    const compare = ([a], [b]) => (typeof a === "number" && typeof b === "number" ? a - b : order.compare(a, b));
    answer.sorted = by < 0 ? answer.rows : keyed.sort((a, b) => (down ? -1 : 1) * compare(a, b) || a[1] - b[1]).map(([, k]) => answer.rows[k]);
    Object.assign(answer, { by, down });
  }
  return { from, by, down, rows: answer.sorted.slice(from, from + PAGE).map((row) => row.map(shown)) };
}

function ask({ text }) {
  const head = Object.entries(known.prefixes).map(([name, iri]) => `PREFIX ${name}: <${iri}> `).join(""), pieces = tokens(text), wrong = refusal(text, pieces, known);
  if (wrong) return { wrong };
  const began = performance.now();
  let told = null;
  try {
    told = found(head, text, pieces);
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) return { spent: true };
    return { wrong: explain(text, pieces, error.message, head.length, known) };
  }
  const cut = told.rows.length > KEPT, rows = cut ? told.rows.slice(0, KEPT) : told.rows;
  answer = { ...told, rows, sorted: rows, by: -1, down: false };
  answer.named = named(answer);
  const nodes = new Set(rows.flatMap((row) => row.map(nodeOf)));
  nodes.delete(-1);
  const note = told.kind === "rows" && !rows.length ? absent(text, pieces, known, (iri) => byIri.has(iri)) : "";
  return { kind: told.kind, truth: told.truth, columns: told.columns, total: rows.length, cut, note, nodes: [...nodes], ms: performance.now() - began, ...part({}) };
}

/* As https://www.w3.org/TR/sparql11-results-csv-tsv/ has it: the values alone, IRIs whole. */
const csv = () => new Blob([csvRow(answer.columns), ...answer.sorted.map((row) => csvRow(row.map((cell) => (cell?.type === "uri" || cell?.type === "literal" ? cell.value : words(cell)))))], { type: "text/csv" });

const ACTS = { begin, ask, part, csv };
self.onmessage = async ({ data: { number, act, given } }) => {
  try {
    self.postMessage({ number, told: await ACTS[act](given) });
  } catch (error) {
    self.postMessage({ number, error: error.message });
  }
};
