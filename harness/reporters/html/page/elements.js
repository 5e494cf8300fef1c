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

const SVG = "http://www.w3.org/2000/svg";

/**
 * Makes an element of a drawing.
 * @param {string} tag
 * @param {Record<string, any>} attributes
 * @param {...any} children
 * @returns {any}
 */
export function svg(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children.flat(2));
  return element;
}

export function span(text, kind) {
  return h("span", { class: kind }, text);
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

export function moment(ms) {
  const zone = document.documentElement.dataset.zone;
  try {
    return new Date(ms).toLocaleString(undefined, zone ? { timeZone: zone, timeZoneName: "short" } : {});
  } catch {
    return new Date(ms).toLocaleString();
  }
}

export function callLink(number, text) {
  return h("button", { type: "button", class: "link", onclick: () => askFor(number) }, text);
}
