// A list that has elements only for the rows one can see, however many there are.

import { h } from "./elements.js";

const ROW_HEIGHT = 32;
const PRINTED = 3000;

export class VirtualList {
  /** @type {((from: number, to: number) => void) | undefined} Called before rows are drawn. */
  before;
  length = 0;
  /** The row that the keys act on. */
  focus = 0;
  from = 0;
  to = 0;
  waiting = false;
  printing = false;

  /**
   * @param {HTMLElement} box
   * @param {string} label
   * @param {{
   *   render: (at: number) => any,
   *   act: (at: number, event?: Event) => void,
   *   isPicked: (at: number) => boolean,
   *   head?: number,
   * }} ways `isPicked` says whether the details of a row are shown; `head` is the height of what stands above the rows
   */
  constructor(box, label, { render, act, isPicked, head = 0 }) {
    this.box = box;
    this.render = render;
    this.act = act;
    this.isPicked = isPicked;
    this.head = head;
    this.space = h("div", { class: "space", role: "treegrid", "aria-label": label, tabindex: "0" });
    box.append(this.space);
    box.addEventListener("scroll", () => this.schedule(), { passive: true });
    new ResizeObserver(() => this.draw(true)).observe(box);
    this.space.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      this.choose(this.focus, event);
    });
    this.space.addEventListener("click", (event) => {
      const row = event.target.closest(".row");
      if (row) this.choose(Number(row.dataset.at), event);
    });
  }

  schedule() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.draw(false);
    });
  }

  show(length) {
    this.length = length;
    this.space.style.height = `${length * ROW_HEIGHT}px`;
    this.space.setAttribute("aria-rowcount", length);
    this.focus = Math.min(this.focus, Math.max(length - 1, 0));
    this.draw(true);
  }

  draw(anew) {
    const top = this.box.scrollTop, height = this.box.clientHeight;
    if (!height && !this.printing) return;
    let from = Math.max(Math.floor(top / ROW_HEIGHT) - 10, 0);
    let to = Math.min(Math.ceil((top + height) / ROW_HEIGHT) + 10, this.length);
    if (this.printing) {
      from = 0;
      to = Math.min(this.length, PRINTED);
    }
    if (!anew && from >= this.from && to <= this.to && this.to - this.from < to - from + 40) return;
    [this.from, this.to] = [from, to];
    if (this.before) this.before(from, to);
    const rows = [];
    for (let at = from; at < to; at += 1) rows.push(this.rowAt(at));
    this.space.replaceChildren(...rows);
    const active = this.focus >= from && this.focus < to && this.length;
    if (active) this.space.setAttribute("aria-activedescendant", `${this.box.id}-${this.focus}`);
    else this.space.removeAttribute("aria-activedescendant");
  }

  rowAt(at) {
    const row = this.render(at);
    row.style.top = `${at * ROW_HEIGHT}px`;
    row.dataset.at = at;
    row.id = `${this.box.id}-${at}`;
    row.setAttribute("role", "row");
    row.setAttribute("aria-rowindex", at + 1);
    row.setAttribute("aria-selected", String(this.isPicked(at)));
    row.classList.toggle("focused", at === this.focus);
    return row;
  }

  choose(at, event) {
    if (at < 0 || at >= this.length) return;
    this.point(at);
    this.act(at, event);
  }

  // Makes a row the one that the keys act on, and brings it into sight.
  point(at) {
    if (at < 0 || at >= this.length) return;
    this.focus = at;
    this.reveal(at);
    this.draw(true);
  }

  // A row nearby comes into sight at the edge, one that is far away in the middle.
  reveal(at) {
    const top = at * ROW_HEIGHT, box = this.box;
    const seen = box.clientHeight - this.head;
    const far = top < box.scrollTop - 2 * ROW_HEIGHT || top > box.scrollTop + seen + ROW_HEIGHT;
    if (far && seen > 0) box.scrollTop = top - (seen - ROW_HEIGHT) / 2;
    else if (top < box.scrollTop) box.scrollTop = top;
    else if (seen > 0 && top + ROW_HEIGHT > box.scrollTop + seen) box.scrollTop = top + ROW_HEIGHT - seen;
  }

  print(on) {
    this.printing = on;
    this.draw(true);
  }
}

export function cell(kind, text, title) {
  return h("span", { class: kind, role: "gridcell", title }, text);
}
