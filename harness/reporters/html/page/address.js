// What is shown as an address that lasts: #/Orders/Read order[row 2]?view=calls&search=paid

import { hasIterations, index, pathOf, ROW } from "./data.js";
import { filter } from "./filters.js";
import { shown } from "./selection.js";

// Browsers write a space as %20; brackets in a name are always written so, unlike those around a row.
const SUFFIX = /^(.*?)(?:\[row(?: |%20)(\d+)\])?(?:\[(\d+)\])?$/;

// Spaces and most signs read well in an address; those that mean something in it are written in hexadecimal.
function readable(text) {
  return encodeURIComponent(text).replace(/%20/g, " ").replace(/%(2C|3A|3B|40|24)/g, decodeURIComponent);
}

// A call by the names of its folders and its own, its iteration where there are several, and which of its name it is.
function callAddress(number) {
  const row = index.rows[number];
  const same = ofName(pathOf(row), row[ROW.iteration]);
  const place = hasIterations() ? `[row ${row[ROW.iteration] + 1}]` : "";
  const which = same.length > 1 ? `[${same.indexOf(number) + 1}]` : "";
  return `/${
    pathOf(row).map((name) => readable(name).replace(/[[\]]/g, encodeURIComponent)).join("/")
  }${place}${which}`;
}

function ofName(path, iteration) {
  const key = path.join("\0");
  const found = [];
  index.rows.forEach((row, number) => {
    if (row[ROW.iteration] === iteration && pathOf(row).join("\0") === key) found.push(number);
  });
  return found;
}

export function addressOfShown() {
  const asked = new Map();
  if (shown.view) asked.set("view", shown.view);
  if (shown.attempt) asked.set("attempt", String(shown.attempt));
  if (filter.text) asked.set("search", filter.text);
  if (filter.states.size) asked.set("outcome", [...filter.states].join(","));
  for (const name of ["folder", "method", "code"]) if (filter[name]) asked.set(name, filter[name]);
  if (filter.iteration) asked.set("row", String(Number(filter.iteration) + 1));
  if (shown.zoom) asked.set("zoom", shown.zoom.map((ms) => String(Math.round(ms * 10) / 10)).join("-"));
  const call = index.rows[shown.call] ? callAddress(shown.call) : "/";
  return `#${call}?${[...asked].map(([name, value]) => `${name}=${readable(value)}`).join("&")}`;
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

// The call that a path means, or -1; the last of its name where it is not said which one. Whoever passes links on may
// write them otherwise, so what is found under none of the names is looked for as it reads.
function callOf(path) {
  const plain = [path, undefined, undefined];
  const readings = [path.match(SUFFIX).slice(1), plain, decoded(path).match(SUFFIX).slice(1)];
  return readings.map(named).find((call) => call >= 0) ?? -1;
}

function named([names, row, which]) {
  const wanted = names.split("/").filter(Boolean).map(decoded);
  if (!wanted.length) return -1;
  const found = ofName(wanted, row ? Number(row) - 1 : 0);
  return found.at(which ? Number(which) - 1 : -1) ?? -1;
}

// A call by its number, or by iteration and item, as older links name it.
function oldCall(hash) {
  const [, number] = hash.match(/^#call-(\d+)$/) || [];
  if (number !== undefined) return index.rows[Number(number)] ? Number(number) : -1;
  const [, iteration, item] = hash.match(/^#call=(\d+):(.+)$/) || [];
  if (item === undefined) return -1;
  const id = decoded(item);
  return index.rows.findLastIndex((row) =>
    row[ROW.iteration] === Number(iteration) && index.items[row[ROW.item]].id === id
  );
}

/**
 * What an address asks for, or null when it is none of this page's.
 * @returns {{ call: number, view: string, attempt: number, zoom: [number, number] | null, filter: any } | null}
 */
export function askedBy(hash) {
  if (!hash.startsWith("#/")) {
    const call = oldCall(hash);
    return call < 0 ? null : { call, view: "", attempt: 0, zoom: null, filter: {} };
  }
  const at = hash.indexOf("?");
  const path = hash.slice(1, at < 0 ? undefined : at);
  const asked = new URLSearchParams(at < 0 ? "" : hash.slice(at + 1).replace(/\+/g, "%2B"));
  const [from, to] = (asked.get("zoom") || "").split("-").map(Number);
  const row = Number(asked.get("row"));
  return {
    call: callOf(path),
    view: asked.get("view") || "",
    attempt: Number(asked.get("attempt")) || 0,
    zoom: to > from ? [from, to] : null,
    filter: {
      text: asked.get("search") || "",
      states: (asked.get("outcome") || "").split(",").filter(Boolean),
      folder: asked.get("folder"),
      method: asked.get("method"),
      code: asked.get("code"),
      iteration: row ? String(row - 1) : "",
    },
  };
}
