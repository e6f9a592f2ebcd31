/* The parameters that a query declares in its comments, `# ?technique (Technique): …`, and their values, which stand in
   `VALUES ?technique { … }`. A value becomes a term whose text can end neither the string nor the braces. */

import { make } from "./dom.js";
import { data, ids, isPaper, nodes, number, papers } from "./graph.js";
import { find } from "./search.js";

const DECLARED = /^# \?(\w+) \((\w+)\): (.*)$/gm;
const TERM = /"(?:[^"\\\n\r]|\\.)*"(?:\^\^\S+|@[\w-]+)?|<[^<>\s]*>|[^\s"<>]+/g;
const valuesOf = (name) => new RegExp(`\\bVALUES \\?${name} \\{((?:"(?:[^"\\\\\\n\\r]|\\\\.)*"|<[^<>\\s]*>|[^{}"<])*)\\}`);

const ESCAPES = { "\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "{": "\\u007B", "}": "\\u007D" };
export const literalTerm = (words) => `"${words.replace(/[\\"\n\r\t{}]/g, (sign) => ESCAPES[sign])}"`;
const literalWords = (string) => string.replace(/\\(?:u([0-9A-Fa-f]{4})|(.))/g, (_, code, sign) => (code ? String.fromCharCode(Number.parseInt(code, 16)) : ({ n: "\n", r: "\r", t: "\t" })[sign] ?? sign));
export const iriTerm = (iri) => `<${[...iri].map((sign) => (sign <= " " || '<>"{}|^`\\'.includes(sign) ? encodeURIComponent(sign) : sign)).join("")}>`;

/* The query with these terms as the values of one of its variables. */
export const bound = (text, name, terms) => text.replace(valuesOf(name), () => `VALUES ?${name} { ${terms.join(" ") || "UNDEF"} }`);
export const parameters = (text) =>
  [...text.matchAll(DECLARED)].map(([, name, kind, about]) => ({ name, kind, about, values: valuesOf(name).exec(text)?.[1].match(TERM) })).filter(({ values }) => values);

const fits = (kind) => (i) => kind === "Node" || (kind === "Entity" ? !isPaper(i) : nodes[i].group === kind);
function nodeOf(term, prefixes) {
  const [prefix, ...local] = term.split(":"), iri = term.startsWith("<") ? term.slice(1, -1) : (prefixes[prefix] ?? "") + local.join(":");
  return iri.startsWith(data.base) ? (number.get(iri.slice(data.base.length)) ?? -1) : -1;
}
function told(term, kind, prefixes) {
  if (term === "UNDEF") return "";
  if (term.startsWith('"')) return literalWords(term.replace(/"[^"]*$/, "").slice(1));
  if (kind === "Relation") return term.replace(/^.*[:#]/, "").replace(/>$/, "");
  const i = nodeOf(term, prefixes);
  return i >= 0 ? nodes[i].label : term;
}

/* The term for what was typed, null where it stands for nothing. */
function termOf(words, kind, prefixes) {
  if (kind === "text") return literalTerm(words);
  if (kind === "number") return /^[+-]?(?:\d+(?:\.\d+)?|\.\d+)$/.test(words) ? words : null;
  if (kind === "Relation") return data.relations.includes(words) ? iriTerm(prefixes.kg + words) : null;
  const same = nodes.find((n) => n.label === words && fits(kind)(n.id)), i = same ? same.id : find(words, fits(kind))[0]?.[0];
  return i === undefined ? null : iriTerm(data.base + ids[i]);
}

/* A row of the form; `act` gets the new terms. */
function row({ name, kind, about, values }, prefixes, act) {
  const id = "parameter-" + name, label = make("label", { for: id }, make("span", {}, name), make("span", { class: "quiet" }, " " + about));
  const current = values.map((term) => told(term, kind, prefixes)).filter(Boolean).join(", ");
  if (kind === "Relation") {
    const choice = make("select", { id, on: { change: () => act([termOf(choice.value, kind, prefixes)]) } }, data.relations.filter((r) => r !== "broader").map((r) => make("option", { value: r, selected: r === current }, r)));
    return make("div", { class: "parameter" }, label, choice);
  }
  const offers = make("datalist", { id: id + "-offers" }), open = kind === "text" || kind === "number";
  const input = make("input", { id, type: "text", value: current, placeholder: "any", autocomplete: "off", spellcheck: "false", inputmode: kind === "number" ? "decimal" : null, list: open ? null : offers.id });
  if (!open) input.addEventListener("input", () => offers.replaceChildren(...find(input.value, fits(kind)).map(([i, alias]) =>
    make("option", { value: nodes[i].label, label: [nodes[i].label, alias, nodes[i].group, isPaper(i) ? "" : `${papers[i]} papers`].filter(Boolean).join(" · ") }))));
  input.addEventListener("focus", () => input.select());
  input.addEventListener("change", () => {
    const words = input.value.trim(), term = words && termOf(words, kind, prefixes);
    if (words === current) return;
    input.setCustomValidity(term === null ? (kind === "number" ? "A number is wanted, such as 2.5" : `No ${kind === "Node" || kind === "Entity" ? "node" : kind} of that name`) : "");
    if (input.reportValidity()) act(term ? [term] : []);
  });
  return make("div", { class: "parameter" }, label, input, open ? null : offers);
}
/* `act` gets the query with a new value. */
export const parameterRows = (text, prefixes, act) => parameters(text).map((one) => row(one, prefixes, (terms) => act(bound(text, one.name, terms), "parameter-" + one.name)));
