/* The query editor: YASGUI on the endpoint of this server. It completes the terms of the ontology and the nodes of the
   graph, begins with the named queries, and leads from a result to the page of its node. It asks no other machine. */

const endpoint = `${location.origin}/sparql`, START = `SELECT ?technique (COUNT(DISTINCT ?paper) AS ?papers) WHERE {
  ?paper kg:introduces|kg:uses ?technique .
  ?technique a kg:Technique .
}
GROUP BY ?technique
ORDER BY DESC(?papers) ?technique
LIMIT 20`;
const SHOWN = 60;
const fetched = async (from) => (await fetch(from)).json();
const [terms, queries] = await Promise.all([fetched("/terms.json"), fetched("/queries")]);

/* what can be completed: the text to insert, what is shown for it, its names and what is said of it */
const short = (iri) => {
  const [prefix, whole] = Object.entries(terms.prefixes).find(([, space]) => iri.startsWith(space) && /^[\w-]+$/.test(iri.slice(space.length))) || [];
  return whole ? `${prefix}:${iri.slice(whole.length)}` : `<${iri}>`;
};
const entry = (text, name, about) => ({ text, shown: `${text}  ${about}`, names: [text, text.replace(/^[^:]*:/, ""), name].map((n) => n.toLowerCase()), about: about.toLowerCase() });
const entries = new Map([
  ...terms.terms.map(([text, about]) => entry(text, "", about)),
  ...terms.nodes.map(([iri, name, kind]) => entry(short(iri), name, `${name} (${kind})`)),
].map((found) => [found.text, found]));

/* what begins with the word first, then what has it in its name, then what is explained with it */
function suggestions(word) {
  const rank = ({ names, about }) => (names.some((n) => n.startsWith(word)) ? 0 : names.some((n) => n.includes(word)) ? 1 : about.includes(word) ? 2 : 3);
  const found = [...entries.values()].map((e) => [rank(e), e.text]).filter(([r]) => r < 3);
  return found.sort(([r, a], [q, b]) => r - q || a.length - b.length).slice(0, SHOWN).map(([, text]) => text);
}

/* The endpoint knows the prefixes by itself; a query that declares them runs elsewhere as well. */
function declare(yasqe) {
  const declared = yasqe.getPrefixesFromQuery() || {}, bare = yasqe.getValue().replace(/"[^"\n]*"|'[^'\n]*'|<[^<>\s]*>|#.*$/gm, " ");
  const used = [...bare.matchAll(/(?<![\w:?$-])([A-Za-z][\w-]*):/g)].map(([, prefix]) => prefix);
  const missing = used.filter((prefix) => Object.hasOwn(terms.prefixes, prefix) && !Object.hasOwn(declared, prefix));
  if (missing.length) yasqe.addPrefixes(Object.fromEntries(missing.sort().reverse().map((prefix) => [prefix, terms.prefixes[prefix]])));
}

const { Yasqe } = Yasgui;
Yasqe.defaults.autocompleters = ["variables"];
Yasqe.registerAutocompleter({
  name: "graph",
  bulk: false,
  persistenceId: null,
  onInitialize(yasqe) {
    yasqe.getInputField().setAttribute("aria-label", "SPARQL query");
    declare(yasqe);
    yasqe.on("change", declare);
  },
  isValidCompletionPosition: (yasqe) => /^[^?$<"'#\s{}()[\].;,]{2,}/.test(yasqe.getCompleteToken().string),
  get: (_, token) => suggestions(token.string.trim().toLowerCase()),
  postprocessHints: (_, hints) => hints.map((hint) => ({ ...hint, displayText: entries.get(hint.text).shown })),
});

const yasgui = new Yasgui(document.getElementById("yasgui"), {
  persistenceId: "kg",
  autofocus: false,
  copyEndpointOnNewTab: false,
  endpointCatalogueOptions: { getData: () => [{ endpoint }], keys: [] },
  requestConfig: { endpoint, method: "POST", acceptHeaderGraph: "text/turtle", acceptHeaderSelect: "application/sparql-results+json" },
  yasqe: { value: START, createShortLink: undefined },
  yasr: { prefixes: terms.prefixes },
});

/* Results name nodes by their IRIs; what they link to is the page of the node on this server. */
function lead(within) {
  for (const a of within.querySelectorAll("a[href]")) {
    const iri = a.getAttribute("href");
    if (!iri.startsWith(terms.base)) continue;
    a.href = `/${iri.slice(terms.base.length)}`;
    a.target = "_self";
  }
}
new MutationObserver((changes) => {
  for (const { addedNodes } of changes) for (const node of addedNodes) if (node.parentElement) lead(node.parentElement);
}).observe(yasgui.rootEl, { childList: true, subtree: true });

document.getElementById("examples").addEventListener("click", (event) => {
  const name = event.target.closest("button")?.dataset.name, query = queries.find((q) => q.name === name);
  if (!query) return;
  const tab = yasgui.getTab();
  tab.setQuery(query.query.trim());
  tab.getYasqe().focus();
});
