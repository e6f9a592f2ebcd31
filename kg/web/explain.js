/* What is wrong with a query that the engine rejects, from its words alone, as `kg.sparql` says it on the command line:
   https://www.w3.org/TR/sparql11-query/#sparqlGrammar. What may be written is decided by the engine. */

const TOKEN = new RegExp(
  [
    /(?<string>'''(?:[^'\\]|\\.|'{1,2}(?!'))*'''|"""(?:[^"\\]|\\.|"{1,2}(?!"))*"""|'(?:[^'\\\n\r]|\\.)*'|"(?:[^"\\\n\r]|\\.)*")/,
    /(?<space>\s+|#[^\r\n]*)/,
    /(?<iri><[^<>"{}|^`\\\s]*>)/,
    /(?<variable>[?$][\p{L}\p{N}_]+)/,
    /(?<tag>@[a-zA-Z][\w-]*)/,
    /(?<name>(?:\p{L}[\p{L}\p{N}_.-]*)?:(?:[\p{L}\p{N}_:%-]|\\.|\.(?=[\p{L}\p{N}_:%-]))*|_:[\p{L}\p{N}_]+)/,
    /(?<number>[\d.]+(?:[eE][+-]?\d+)?)/,
    /(?<word>[\p{L}_][\p{L}\p{N}_]*)/,
    /(?<sign>.)/,
  ].map((part) => part.source).join("|"),
  "gsu",
);
const PAIRS = { "}": "{", ")": "(", "]": "[" };

export const tokens = (text) =>
  [...text.matchAll(TOKEN)].filter((m) => m.groups.space === undefined)
    .map((m) => ({ kind: Object.keys(m.groups).find((kind) => m.groups[kind] !== undefined), text: m[0], start: m.index }));

/* The first word of a query behind its prologue: SELECT, ASK, CONSTRUCT, DESCRIBE, or what else stands there. */
export const form = (pieces) => pieces.find((t) => t.kind === "word" && !/^(?:PREFIX|BASE)$/i.test(t.text))?.text.toUpperCase() ?? "";

export function place(text, at) {
  const above = text.slice(0, at).split("\n");
  return `Line ${above.length}, column ${above.at(-1).length + 1}`;
}

/* How many letters to change, at most so many. */
function distance(a, b, most) {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let row = [...Array(b.length + 1).keys()];
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let k = 1; k <= b.length; k++) next.push(Math.min(next[k - 1] + 1, row[k] + 1, row[k - 1] + (a[i - 1] === b[k - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length];
}
export function nearest(word, known) {
  const wanted = word.toLowerCase(), most = Math.max(1, Math.floor(wanted.length * 0.35));
  const far = known.map((k) => [distance(wanted, k.toLowerCase(), most), k]).filter(([n]) => n <= most);
  return far.sort((a, b) => a[0] - b[0])[0]?.[1];
}

/* The prefixes that are known and those that the query declares. */
export function declared(pieces, prefixes) {
  const found = { ...prefixes };
  pieces.forEach(({ text }, k) => {
    const [name, iri] = [pieces[k + 1], pieces[k + 2]];
    if (/^PREFIX$/i.test(text) && name?.kind === "name" && iri?.kind === "iri") found[name.text.replace(/:$/, "")] = iri.text.slice(1, -1);
  });
  return found;
}

/* What is refused although the engine might take it: another machine, and names of the ontology that it has not. */
export function refusal(text, pieces, known) {
  const service = pieces.find((t) => t.kind === "word" && /^SERVICE$/i.test(t.text));
  if (service) return `${place(text, service.start)}: SERVICE is not allowed: queries run on this graph alone; remove the clause`;
  const prefixes = declared(pieces, known.prefixes);
  for (const token of pieces) {
    const colon = token.kind === "name" ? token.text.indexOf(":") : -1, local = token.text.slice(colon + 1);
    if (colon < 0 || prefixes[token.text.slice(0, colon)] !== known.ours || !local || known.terms.includes(local)) continue;
    const near = nearest(local, known.terms);
    return `${place(text, token.start)}: ${token.text} is no term of the ontology; ` + (near ? `did you mean ${token.text.slice(0, colon)}:${near}?` : `the terms are ${known.terms.join(", ")}`);
  }
  return "";
}

function complaint(text, pieces, known) {
  const prefixes = declared(pieces, known.prefixes), opened = [];
  if (!pieces.length) return "The query is empty; it starts with SELECT, ASK, CONSTRUCT or DESCRIBE";
  let last = "";
  for (const token of pieces) {
    const here = place(text, token.start), upper = token.text.toUpperCase(), prefix = token.text.split(":")[0];
    if (token.kind === "word" && known.updates.includes(upper)) return `${here}: ${token.text} is an update; the graph is only read: SELECT, ASK, CONSTRUCT and DESCRIBE`;
    if (token.kind === "word" && !known.words.includes(upper) && !known.words.includes(token.text)) {
      const near = nearest(token.text, known.words);
      return `${here}: ${token.text} is no word of SPARQL` + (near ? `; did you mean ${near}?` : "");
    }
    if (token.kind === "name" && !token.text.startsWith("_:") && !(prefix in prefixes)) {
      const near = nearest(prefix, Object.keys(prefixes));
      return `${here}: unknown prefix ${prefix}:; ` + (near ? `did you mean ${near}:? ` : "") + `known prefixes: ${Object.keys(prefixes).sort().join(", ")}`;
    }
    if (token.kind === "word" && known.aggregates.includes(upper) && /^(?:SELECT|DISTINCT)$/i.test(last)) return `${here}: an aggregate of SELECT stands in parentheses and has a name: (${token.text}(?x) AS ?name)`;
    if (token.text === "'" || token.text === '"') return `${here}: the string that begins here never ends; close it with ${token.text}`;
    const broken = token.text === "<" && /^<[^\s<>=][^<>\n]*>/.exec(text.slice(token.start));
    if (broken) return `${here}: ${broken[0]} is no IRI: it holds a space or a sign that must be written as %20 and the like`;
    if (token.kind === "sign" && "{([".includes(token.text)) opened.push(token);
    else if (token.kind === "sign" && token.text in PAIRS) {
      const open = opened.pop();
      if (open?.text !== PAIRS[token.text]) return `${here}: ${token.text} closes nothing` + (open ? `: ${open.text} of ${place(text, open.start).toLowerCase()} is open` : "");
    }
    last = token.text;
  }
  const open = opened.pop();
  return open ? `${place(text, open.start)}: ${open.text} is never closed` : "";
}

/* The complaint of the engine, in the words of the query at its place; `shift` is what stood before its first line. */
function expected(text, pieces, error, shift, known) {
  if (/unbound/.test(error) && /SELECT/.test(error)) return "SELECT has a variable that is neither in GROUP BY nor inside an aggregate such as COUNT(?x)";
  const found = /(\d+):(\d+)/.exec(error);
  if (!found) return error.split(/\s+/).join(" ");
  const line = Number(found[1]), column = Number(found[2]) - (line === 1 ? shift : 0), lines = text.split("\n");
  const at = lines.slice(0, line - 1).reduce((sum, above) => sum + above.length + 1, 0) + column - 1;
  const before = pieces.filter((t) => t.start + t.text.length <= at), [next] = pieces.slice(before.length), last = before.at(-1);
  const after = last ? ` after ${last.text}` : "";
  const what = next ? `${next.text} is not expected${after}` : last?.text === "}" ? "what stands before the last } is incomplete" : `the query ends too early${after}`;
  const named = [...(error.split("expected")[1] || "").matchAll(/"([^"\s\\\w]{1,3})"|\b([A-Z]{2,})\b/g)].map((m) => m[1] || m[2]);
  const wanted = [...new Set(named)].filter((word) => (!/^\w/.test(word) || known.words.includes(word)) && word !== "SERVICE" && word !== "LATERAL").sort();
  return `${next ? place(text, next.start) : `Line ${line}, column ${column}`}: ${what}` + (wanted.length && wanted.length <= 12 && !what.includes("incomplete") ? `; possible here: ${wanted.join(" ")}` : "");
}
export const explain = (text, pieces, error, shift, known) => complaint(text, pieces, known) || expected(text, pieces, error, shift, known);

/* Nodes that the query names and the graph has not, for an answer without rows. */
export function absent(text, pieces, known, has) {
  const prefixes = declared(pieces, known.prefixes), types = known.kinds.map((kind) => kind.toLowerCase());
  const gone = pieces.find((t) => {
    const [prefix, ...local] = t.text.split(":");
    return t.kind === "name" && types.includes(prefix) && local.join("") && !has(prefixes[prefix] + local.join(":"));
  });
  return gone ? `${place(text, gone.start)}: ${gone.text} is not in this graph` : "";
}
