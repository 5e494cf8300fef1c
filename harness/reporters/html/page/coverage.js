// What of an OpenAPI description the run has touched: how much of each kind, and what it has not.

import { index } from "./data.js";
import { $, h } from "./elements.js";
import { inParts, table } from "./tables.js";

const NAMES = {
  operation: "Operations",
  status: "Statuses",
  parameter: "Parameters",
  media: "Media types",
  enum: "Enum values",
  required: "Required members",
};

export function renderCoverage() {
  const kinds = index.run.coverage;
  $("view-coverage").replaceChildren(...[
    h("h2", null, "What of the API description was touched"),
    table(
      ["What", "Declared", "Seen", "Covered"],
      kinds.map(([kind, declared, seen, percent]) => [
        NAMES[kind] || kind,
        declared.toLocaleString("en"),
        seen.toLocaleString("en"),
        `${Number(percent.toFixed(2))}%`,
      ]),
    ),
    kinds.map(missed),
  ].flat(3));
}

function missed([kind, declared, seen, , missing]) {
  if (declared === seen) return [];
  const left = declared - seen - missing.length;
  return [
    h("h2", { class: "next" }, `${NAMES[kind] || kind} not seen: ${(declared - seen).toLocaleString("en")}`),
    inParts(h("ul"), missing, (name) => h("li", { dir: "auto" }, name), 200),
    left > 0 ? h("p", { class: "quiet" }, `and ${left.toLocaleString("en")} more`) : [],
  ];
}
