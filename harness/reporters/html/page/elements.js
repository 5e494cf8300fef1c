// Small things that every view is built from.

import { askFor } from "./selection.js";

/** @type {(id: string) => any} An element of the page, of whatever kind. */
export const $ = (id) => document.getElementById(id);

/** @type {(selector: string) => any[]} All elements of the page that a selector finds. */
export const all = (selector) => [...document.querySelectorAll(selector)];

/**
 * Makes an element; text is always set as text, so nothing from a run becomes markup.
 * @param {string} tag
 * @param {Record<string, any> | null} [attributes]
 * @param {...any} children
 * @returns {any}
 */
export function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style") Object.assign(element.style, value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(3).filter((one) => one !== null && one !== undefined && one !== false));
  return element;
}

export function span(text, kind) {
  return h("span", { class: kind }, text);
}

export function duration(ms) {
  if (ms < 1 && ms > 0) return `${Math.round(ms * 1000)} µs`;
  if (ms < 1998) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} m ${Math.round(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} m`;
}

export function bytes(count) {
  const units = ["B", "kB", "MB", "GB"];
  let value = count, unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return unit ? `${value.toFixed(value < 10 ? 2 : 1)} ${units[unit]}` : `${count} B`;
}

export function counted(count, noun) {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}

export function codeClass(code) {
  if (!code) return "failed";
  return code < 300 ? "passed" : code < 400 ? "quiet" : code < 500 ? "warned" : "failed";
}

// Why no answer came, by the kinds of harness/client/message.py.
export const UNANSWERED = {
  refused: "Nobody listens there.",
  dns: "The name of the host is not known.",
  timeout: "It took longer than it may.",
  tls: "TLS failed: a certificate was not trusted, or no common version was found.",
  reset: "The connection was cut.",
  protocol: "The answer is no HTTP.",
  invalid: "The request cannot be sent as it is.",
  redirects: "It was redirected too often.",
  miss: "The recording holds no answer to this request.",
  offline: "A connection was wanted while there may be none.",
};

export const STATES = ["passed", "failed", "skipped"];
export const SIGNS = ["✓", "✖", "–"];

let toastTimer = 0;
function toast(text) {
  $("toast").textContent = text;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => {
    $("toast").textContent = "";
  }, 2500);
}

export async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // A page opened from disk may have no clipboard of its own.
    const area = h("textarea", { style: { position: "fixed", opacity: "0" } });
    area.value = text;
    document.body.append(area);
    area.focus();
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  toast(`${what} copied`);
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
            !heads && column === 0 ? h("th", { scope: "row" }, cell) : h("td", null, cell)
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

export function moment(ms) {
  const zone = document.documentElement.dataset.zone;
  try {
    return new Date(ms).toLocaleString(undefined, zone ? { timeZone: zone, timeZoneName: "short" } : {});
  } catch {
    return new Date(ms).toLocaleString();
  }
}

export function shortened(text) {
  if (text.length <= 300) return text;
  const box = h("span", null, `${text.slice(0, 300)}… `);
  box.append(h("button", { type: "button", class: "link", onclick: () => box.replaceChildren(text) }, "all"));
  return box;
}

export function callLink(number, text) {
  return h("button", { type: "button", class: "link", onclick: () => askFor(number) }, text);
}
