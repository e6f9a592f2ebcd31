// Run SPARQL queries with Comunica on a Turtle file: comunica.cjs GRAPH.ttl SECONDS QUERY.rq ...
// Each answer is a line of JSON: { query, seconds, names, rows } or { query, error }; a value of a row is its text, or
// null where unbound.
const { readFileSync } = require("node:fs");
const { QueryEngine } = require("@comunica/query-sparql-rdfjs");
const { Parser, Store } = require("n3");

// Comunica compares texts as the locale has it; SPARQL wants code points: https://www.w3.org/TR/sparql11-query/#func-compare
String.prototype.localeCompare = function (other) {
  const text = String(this);
  return text < other ? -1 : Number(text > other);
};

const [path, seconds, ...queries] = process.argv.slice(2);

// also keeps the process alive, which would else end silently where an answer never comes
function timeout() {
  let timer;
  const expired = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${seconds} s`)), 1000 * Number(seconds));
  });
  return { expired, clear: () => clearTimeout(timer) };
}

async function answer(engine, store, text) {
  const result = await engine.query(text, { sources: [store] });
  const names = (await result.metadata()).variables.map((v) => (v.variable ?? v).value);
  const bindings = await (await result.execute()).toArray();
  return { names, rows: bindings.map((row) => names.map((name) => row.get(name)?.value ?? null)) };
}

async function main() {
  const store = new Store(new Parser().parse(readFileSync(path, "utf8")));
  const engine = new QueryEngine();
  for (const query of queries) {
    const { expired, clear } = timeout();
    const began = performance.now();
    try {
      const found = await Promise.race([answer(engine, store, readFileSync(query, "utf8")), expired]);
      console.log(JSON.stringify({ query, seconds: (performance.now() - began) / 1000, ...found }));
    } catch (error) {
      console.log(JSON.stringify({ query, error: String(error) }));
    }
    clear();
  }
}

main();
