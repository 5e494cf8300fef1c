// What can be copied of a call as a whole.

import { addressOfShown } from "./address.js";
import { FAILED, index, ROW } from "./data.js";
import { copy, h } from "./elements.js";
import { asPrompt } from "./prompt.js";
import { asTicket } from "./ticket.js";

export function renderCopies(number, record) {
  const button = (label, what, make) => h("button", { type: "button", onclick: () => copy(make(), what) }, label);
  const failed = index.rows[number][ROW.state] === FAILED;
  return h(
    "div",
    { class: "copies" },
    failed ? button("Copy for a ticket", "Failure", () => asTicket(number, record)) : null,
    failed ? button("Copy as a prompt", "Prompt", () => asPrompt(number, record)) : null,
    button("Copy link", "Link", () => new URL(addressOfShown(), location.href).href),
  );
}
