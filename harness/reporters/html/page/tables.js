// Tables, and lists of which the first part is shown.

import { h } from "./elements.js";
import { withMasks } from "./masks.js";

function told(cell) {
  return typeof cell === "string" ? withMasks(cell) : cell;
}

export function table(heads, rows, caption) {
  return h(
    "table",
    { class: "table" },
    caption ? h("caption", { class: "quiet" }, caption) : null,
    heads ? h("thead", null, h("tr", null, heads.map((head) => h("th", { scope: "col" }, head)))) : null,
    h(
      "tbody",
      null,
      rows.map((row) =>
        h(
          "tr",
          null,
          row.map((cell, column) => (
            !heads && column === 0 ? h("th", { scope: "row" }, cell) : h("td", null, told(cell))
          )),
        )
      ),
    ),
  );
}

// Shows the first of many, and more of them when asked.
export function inParts(box, many, render, step) {
  let upto = 0;
  const more = h("button", { type: "button", class: "link", onclick: () => add(step * 5) }, "");
  function add(count) {
    box.append(...many.slice(upto, upto + count).map(render));
    upto = Math.min(upto + count, many.length);
    more.textContent = `show ${Math.min(step * 5, many.length - upto).toLocaleString("en")} more of ${
      many.length.toLocaleString("en")
    }`;
    more.hidden = upto >= many.length;
  }
  add(step);
  return [box, more];
}

export function shortened(text) {
  if (text.length <= 300) return withMasks(text);
  const box = h("span", null, `${text.slice(0, 300)}… `);
  box.append(
    h("button", { type: "button", class: "link", onclick: () => box.replaceChildren(...withMasks(text)) }, "all"),
  );
  return box;
}
