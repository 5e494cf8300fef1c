// Bodies: JSON, XML and HTML laid out, images shown, other bytes in hexadecimal, long ones cut with a download.

import { index } from "./data.js";
import { copy, h, span } from "./elements.js";
import { withMasks } from "./masks.js";
import { shortened, table } from "./tables.js";
import { bytes } from "./units.js";

const BODY_SHOWN = 60000;
const COLOURED = 200000;

export function renderBody(body, type, title) {
  if (!body || (!body.size && body.text === undefined && !body.base64)) return null;
  const kind = (type || "").split(";")[0].trim().toLowerCase();
  const bar = h("div", { class: "bar" }, span(title), span(`${bytes(body.size)}${kind ? `, ${kind}` : ""}`));
  const box = h("div", { class: "body" }, bar);
  if (body.omitted) {
    bar.append(span("left out of this report"));
    return box;
  }
  const data = body.text !== undefined
    ? new TextEncoder().encode(body.text)
    : Uint8Array.from(atob(body.base64), (one) => one.charCodeAt(0));
  if (body.cut) bar.append(span(`only the first ${bytes(data.length)} are kept`, "warned"));
  const parts = kind === "multipart/form-data" ? partsOf(data, type) : [];
  if (parts.length) {
    const sent = h("details", null, h("summary", null, "As sent"));
    sent.addEventListener("toggle", () => {
      if (sent.children.length < 2) {
        sent.append(body.text === undefined ? renderHex(data) : h("pre", { tabindex: "0" }, body.text));
      }
    });
    box.append(renderParts(parts), sent);
  } else if (body.text === undefined) {
    box.append(/^image\/(png|jpe?g|gif|webp|bmp|x-icon|svg)/.test(kind) ? renderImage(data, kind) : renderHex(data));
  } else {
    renderText(box, bar, body.text, kind);
  }
  bar.append(downloadButton(data, kind));
  return box;
}

function renderImage(data, kind) {
  const image = h("img", { alt: "The image that the body holds" });
  image.src = URL.createObjectURL(new Blob([data], { type: kind }));
  image.onload = () => URL.revokeObjectURL(image.src);
  return image;
}

function renderText(box, bar, text, kind) {
  const pretty = laidOut(text, kind);
  const json = kind.includes("json") || /^\s*[[{]/.test(text);
  const pre = h("pre", { tabindex: "0" });
  let raw = pretty === null;
  let whole = false;
  const fill = () => {
    const full = raw ? text : pretty;
    const part = whole ? full : full.slice(0, BODY_SHOWN);
    pre.replaceChildren(...(json && index.run.highlight && part.length < COLOURED ? coloured(part) : withMasks(part)));
  };
  if (pretty !== null) {
    bar.append(h("button", {
      type: "button",
      class: "link",
      onclick: (event) => {
        raw = !raw;
        event.currentTarget.textContent = raw ? "lay out" : "as sent";
        fill();
      },
    }, "as sent"));
  }
  bar.append(h("button", { type: "button", class: "link", onclick: () => copy(text, "Body") }, "copy"));
  box.append(pre);
  fill();
  const query = kind.includes("json") ? queryOf(text) : null;
  if (query) {
    box.append(h("div", { class: "bar" }, span("The GraphQL query in it")), h("pre", { tabindex: "0" }, query));
  }
  if ((pretty || text).length > BODY_SHOWN) {
    box.append(h(
      "div",
      { class: "bar" },
      span(`The first ${bytes(BODY_SHOWN)} are shown.`),
      h("button", {
        type: "button",
        class: "link",
        onclick: (event) => {
          whole = true;
          fill();
          event.currentTarget.parentElement.remove();
        },
      }, "show all"),
    ));
  }
}

function downloadButton(data, kind) {
  return h("button", {
    type: "button",
    class: "link",
    onclick: () => {
      const link = h("a", {
        href: URL.createObjectURL(new Blob([data], { type: kind || "application/octet-stream" })),
        download: `body.${extension(kind)}`,
      });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    },
  }, `download (${bytes(data.length)})`);
}

function extension(kind) {
  for (
    const [part, name] of [
      ["json", "json"],
      ["html", "html"],
      ["xml", "xml"],
      ["csv", "csv"],
      ["text", "txt"],
      ["png", "png"],
      ["jpeg", "jpg"],
      ["gif", "gif"],
      ["pdf", "pdf"],
    ]
  ) {
    if (kind.includes(part)) return name;
  }
  return "bin";
}

function laidOut(text, kind) {
  if (text.length > 5000000) return null;
  if (kind.includes("json") || /^\s*[[{]/.test(text)) {
    const done = layOutJson(text);
    return done === text ? null : done;
  }
  if (kind.includes("xml") || kind.includes("html")) return layOutMarkup(text);
  if (kind === "application/x-www-form-urlencoded") {
    return text.split("&").map((pair) => decodedPair(pair).join(" = ")).join("\n");
  }
  return null;
}

export function decodedPair(pair) {
  const at = pair.indexOf("=");
  return (at < 0 ? [pair, ""] : [pair.slice(0, at), pair.slice(at + 1)]).map((part) => {
    try {
      return decodeURIComponent(part.replace(/\+/g, " "));
    } catch {
      return part;
    }
  });
}

// The parts of a form: name, file, type, and the bytes as characters of one byte each.
function partsOf(data, type) {
  const boundary = (type.match(/boundary=("([^"]+)"|[^;\s]+)/i) || [])[2] ||
    (type.match(/boundary=([^;\s]+)/i) || [])[1];
  if (!boundary || data.length > 2000000) return [];
  const text = new TextDecoder("latin1").decode(data);
  return text.split(`--${boundary}`).slice(1).filter((part) => part.startsWith("\r\n")).map((part) => {
    const at = part.indexOf("\r\n\r\n");
    const head = part.slice(0, at);
    const field = (name) => (head.match(new RegExp(`[;\\s]${name}="([^"]*)"`, "i")) || [])[1];
    return {
      name: field("name") || "",
      file: field("filename"),
      type: (head.match(/content-type:\s*([^\r\n]+)/i) || [])[1],
      value: part.slice(at + 4).replace(/\r\n$/, ""),
    };
  });
}

function utf8(text) {
  return new TextDecoder().decode(Uint8Array.from(text, (one) => one.charCodeAt(0)));
}

function renderParts(parts) {
  return table(
    ["Field", "Value"],
    parts.map((part) => [
      utf8(part.name),
      part.file === undefined
        ? shortened(utf8(part.value))
        : span(`file ${utf8(part.file)}, ${bytes(part.value.length)}${part.type ? `, ${part.type}` : ""}`, "words"),
    ]),
  );
}

// Only white space changes: numbers keep every digit, duplicate names stay.
function layOutJson(text) {
  try {
    JSON.parse(text);
  } catch {
    return text;
  }
  let depth = 0;
  const line = () => `\n${"  ".repeat(depth)}`;
  return text.replace(
    /("(?:[^"\\]|\\.)*")|\s+|([[{])\s*([\]}])|([[{])|([\]}])|(,)|(:)/g,
    (_all, string, emptyOpen, emptyClose, open, close, comma, colon) => {
      if (string) return string;
      if (emptyOpen) return emptyOpen + emptyClose;
      if (open) {
        depth += 1;
        return open + line();
      }
      if (close) {
        depth -= 1;
        return line() + close;
      }
      if (comma) return `,${line()}`;
      return colon ? ": " : "";
    },
  );
}

function layOutMarkup(text) {
  let depth = 0;
  const lines = [];
  for (const part of text.replace(/>\s+</g, "><").split(/(<[^>]+>)/)) {
    if (!part.trim()) continue;
    const closing = /^<\//.test(part);
    const opening = /^<[^/!?]/.test(part) && !/\/>$/.test(part) &&
      !/^<(br|hr|img|input|link|meta|area|base|col|source|wbr)\b/i.test(part);
    if (closing) depth = Math.max(depth - 1, 0);
    const last = lines.length - 1;
    if (closing && last > 0 && lines[last].leaf && lines[last].depth === depth) {
      lines[last].text += part;
      lines[last].leaf = false;
    } else if (!part.startsWith("<") && last >= 0 && lines[last].leaf) {
      lines[last].text += part.trim();
    } else {
      lines.push({ depth, text: part.trim(), leaf: opening });
    }
    if (opening) depth += 1;
  }
  return lines.map((one) => "  ".repeat(one.depth) + one.text).join("\n");
}

function coloured(text) {
  const parts = [];
  let at = 0;
  for (const found of text.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/g)) {
    if (found.index > at) parts.push(...withMasks(text.slice(at, found.index)));
    if (found[1]) parts.push(h("span", { class: found[2] ? "k" : "s" }, withMasks(found[1])), found[2] || "");
    else parts.push(span(found[0], "n"));
    at = found.index + found[0].length;
  }
  parts.push(...withMasks(text.slice(at)));
  return parts;
}

function renderHex(data) {
  const lines = [];
  const upto = Math.min(data.length, 4096);
  for (let at = 0; at < upto; at += 16) {
    const part = [...data.slice(at, at + 16)];
    const hex = part.map((one) => one.toString(16).padStart(2, "0")).join(" ").padEnd(47);
    const text = part.map((one) => (one > 31 && one < 127 ? String.fromCharCode(one) : ".")).join("");
    lines.push(`${at.toString(16).padStart(6, "0")}  ${hex}  ${text}`);
  }
  if (upto < data.length) lines.push(`… ${bytes(data.length - upto)} more`);
  return h("pre", { tabindex: "0", class: "hex" }, lines.join("\n"));
}

export function headerOf(headers, name) {
  return (headers.find(([key]) => key.toLowerCase() === name) || [])[1];
}

function queryOf(text) {
  if (text.length > COLOURED || !/"query"\s*:/.test(text)) return null;
  try {
    const { query } = JSON.parse(text);
    return typeof query === "string" && /[{]/.test(query) ? query : null;
  } catch {
    return null;
  }
}
