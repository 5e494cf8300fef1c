// Secrets in texts of a run: what stands in their place is shown as what it is.

import { h } from "./elements.js";

const MASK = /(REDACTED_\w+|<masked>|\*{8})/;
const SAYS = "A secret: it is masked, and its value is not in this report";

// The text in parts, with the masks in it as elements that say so.
export function withMasks(text) {
  const parts = String(text).split(MASK);
  return parts.map((part, at) => (at % 2 ? mask(part) : part)).filter((part) => part !== "");
}

export function isMasked(text) {
  return MASK.test(text);
}

function mask(text) {
  return h("span", { class: "masked", title: SAYS }, text === "********" ? "masked" : text);
}

export function maskNote() {
  return h("p", { class: "quiet mask-note" }, mask("masked"), " marks a secret, whose value is not in this report.");
}
