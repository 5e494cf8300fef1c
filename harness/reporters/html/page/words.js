// Texts that people wrote: descriptions in Markdown, as Postman shows them, and links in the names of checks.

import { h } from "./elements.js";

const LINK = /\[([^\]\n]+)\]\((https?:\/\/[^\s)]+)\)/g;

export function link(text, address) {
  return h("a", { href: address, target: "_blank", rel: "noreferrer noopener" }, text);
}

// The text with its Markdown links as links, all else as it stands.
export function linked(text) {
  const parts = [];
  let at = 0;
  for (const found of String(text).matchAll(LINK)) {
    parts.push(text.slice(at, found.index), link(found[1], found[2]));
    at = found.index + found[0].length;
  }
  parts.push(String(text).slice(at));
  return parts;
}

function phrase(text) {
  const parts = [];
  const rule =
    /`([^`\n]+)`|\*\*([^*\n]+)\*\*|__([^_\n]+)__|(?<![\w*])\*([^*\n]+)\*(?!\w)|(?<!\w)_([^_\n]+)_(?!\w)|\[([^\]\n]+)\]\((https?:\/\/[^\s)]+)\)|(https?:\/\/[^\s<>)"']+)/g;
  let at = 0;
  for (const found of text.matchAll(rule)) {
    const [all, code, bold, strong, slanted, emphasis, words, address, plain] = found;
    parts.push(text.slice(at, found.index));
    if (code) parts.push(h("code", null, code));
    else if (bold || strong) parts.push(h("strong", null, bold || strong));
    else if (slanted || emphasis) parts.push(h("em", null, slanted || emphasis));
    else parts.push(link(words || plain, address || plain));
    at = found.index + all.length;
  }
  parts.push(text.slice(at));
  return parts;
}

// Headings, lists, quotes, fenced code, tables as they stand, paragraphs; HTML in it is text.
export function described(markdown) {
  const box = h("div", { class: "described" });
  const blocks = markdown.replace(/\r\n?/g, "\n").split(/(^```[^\n]*\n[\s\S]*?(?:\n```[^\n]*$|(?![\s\S])))/m);
  for (const block of blocks) {
    if (block.startsWith("```")) {
      box.append(h("pre", { tabindex: "0" }, block.replace(/^```[^\n]*\n/, "").replace(/\n```[^\n]*$/, "")));
      continue;
    }
    for (const part of block.split(/\n{2,}/)) if (part.trim()) box.append(...paragraph(part));
  }
  return box;
}

function paragraph(text) {
  const made = [];
  let items = null, words = [];
  const end = () => {
    if (words.length) made.push(h("p", null, words));
    words = [];
    items = null;
  };
  for (const line of text.split("\n")) {
    const heading = line.match(/^#{1,6}\s+(.*)$/);
    const item = line.match(/^\s*(?:[-*+]|(\d+)[.)])\s+(.*)$/);
    if (heading) {
      end();
      made.push(h("p", { class: "heading" }, phrase(heading[1])));
    } else if (item) {
      if (!items) {
        end();
        items = h(item[1] ? "ol" : "ul");
        made.push(items);
      }
      items.append(h("li", null, phrase(item[2])));
    } else if (/^\|/.test(line)) {
      end();
      made.push(h("pre", null, line));
    } else if (items && /^\s+\S/.test(line)) items.lastChild.append(" ", ...phrase(line.trim()));
    else {
      if (items) end();
      if (words.length) words.push(" ");
      words.push(...phrase(line.replace(/^>\s?/, "").trim()));
    }
  }
  end();
  return made;
}
