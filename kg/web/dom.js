/* Elements without markup: text is only ever text. */

import { ids, nodes } from "./graph.js";

export const $ = (id) => document.getElementById(id);

const fill = (element, attributes, children) => {
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "class") element.setAttribute("class", value);
    else if (key === "on") for (const [event, act] of Object.entries(value)) element.addEventListener(event, act);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== null) element.setAttribute(key, value);
  }
  element.append(...children.flat().filter((c) => c !== null && c !== ""));
  return element;
};
export const make = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
export const draw = (tag, attributes = {}, ...children) =>
  fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

/* A link to a node; `main.js` opens it with the filters as they are. */
export const nodeLink = (i, ...children) =>
  make("a", { href: "#" + encodeURI(ids[i]), "data-node": i, title: children.length ? nodes[i].label : null }, ...(children.length ? children : [nodes[i].label]));
export const sign = (i) => make("span", { class: "sign t-" + nodes[i].group, title: nodes[i].group, "aria-hidden": "true" });
export const button = (label, act, attributes = {}) => make("button", { type: "button", class: "plain", on: { click: act }, ...attributes }, label);

export const short = (string, most) => (string.length <= most ? string : string.slice(0, most).replace(/\s+\S*$/, "") + " …");
const numbers = new Intl.NumberFormat("en");
export const count = (n) => numbers.format(n);

export const narrow = matchMedia("(max-width: 700px)");
export const still = matchMedia("(prefers-reduced-motion: reduce)");

/* Say something to a screen reader, and show it for a moment. */
let silence = 0;
export function tell(words) {
  $("told").textContent = words;
  $("told").classList.add("new");
  clearTimeout(silence);
  silence = setTimeout(() => $("told").classList.remove("new"), 2500);
}
