/* The graph that the exporter wrote into the page, as lists; numbers of nodes and edges are their places there. */

export const data = JSON.parse(document.getElementById("data").textContent);
export const { ids, nodes, about, support } = data;
export const edges = data.edges.map(([from, to, relation]) => ({ from, to, relation: data.relations[relation] }));
export const number = new Map(ids.map((id, i) => [id, i]));

/* of each node the numbers of its edges, out and in */
export const out = nodes.map(() => []);
export const into = nodes.map(() => []);
edges.forEach((edge, e) => {
  out[edge.from].push(e);
  into[edge.to].push(e);
});

export const isPaper = (i) => nodes[i].group === "Paper";
export const other = (e, i) => (edges[e].from === i ? edges[e].to : edges[e].from);
export const sure = (e) => (support[e] ? support[e][0] : 100);

/* the year of a paper, 0 where its listing says none */
export const year = (i) => Number((about[i][3]?.[1] || "").slice(0, 4));

/* how many papers name each entity */
export const papers = nodes.map((_, i) => new Set(into[i].map((e) => edges[e].from).filter(isPaper)).size);

/* A folded node belongs where a paper that names it lies. */
export const region = nodes.map((n, i) => {
  if (n.region >= 0) return n.region;
  const near = [...into[i].map((e) => edges[e].from), ...out[i].map((e) => edges[e].to)];
  return near.map((k) => nodes[k].region).find((r) => r >= 0) ?? -1;
});

/* Offsets count code points; strings here count UTF-16 units. */
const texts = new Map();
export function text(paper, start, end) {
  if (!texts.has(paper)) {
    const whole = nodes[paper].label + "\n" + about[paper][0];
    texts.set(paper, /[\ud800-\udbff]/.test(whole) ? Array.from(whole) : whole);
  }
  const part = texts.get(paper).slice(start, end);
  return typeof part === "string" ? part : part.join("");
}
export const length = (string) => Array.from(string).length;

/* LaTeX keeps a backslash before some signs; listings glue "times" to its number. */
export const tidy = (string) => string.replace(/\\([%$#&_])/g, "$1").replace(/(\d)times\b/g, "$1×");

/* What an edge says was gained: "speed 2x", "memory". */
export const gains = (e) =>
  [...new Set((support[e] || []).slice(1).map((row) => [row[6], tidy(row[7])].filter(Boolean).join(" ")).filter(Boolean))];

const NAMES = {
  introduces: ["Introduces", "Introduced by"],
  uses: ["Uses", "Used by"],
  comparesWith: ["Compares with", "Compared with by"],
  improvesOn: ["Improves on", "Improved on by"],
  mentions: ["Mentions", "Mentioned by"],
  broader: ["Broader", "Narrower"],
};
export const relationName = (relation, direction = 0) => (NAMES[relation] || [relation, relation + " (of)"])[direction];
