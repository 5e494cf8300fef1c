// The attempts of a call that was sent again, as tabs.

import { h, span } from "./elements.js";

/**
 * @param {any[]} attempts the earlier ones
 * @param {{ number: number, failed: boolean }} last
 * @param {number} picked the attempt that is shown, 0 for the last
 * @param {(attempt: number) => void} choose
 */
export function renderAttempts(attempts, last, picked, choose) {
  const all = [
    ...attempts.map((one) => ({ number: one.attempt, failed: one.failures.length > 0, asked: one.attempt })),
    { ...last, asked: 0 },
  ];
  const tab = ({ number, failed, asked }, at) =>
    h(
      "button",
      {
        type: "button",
        role: "tab",
        "aria-selected": String(asked === picked),
        "aria-controls": "attempt",
        tabindex: asked === picked ? "0" : "-1",
        onclick: () => choose(asked),
        onkeydown: (event) => {
          const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
          if (!step) return;
          event.preventDefault();
          event.stopPropagation();
          choose(all[(at + step + all.length) % all.length].asked);
        },
      },
      span(failed ? "✖ " : "✓ ", failed ? "failed" : "passed"),
      `Attempt ${number}`,
    );
  return h("div", { class: "attempts tabs", role: "tablist", "aria-label": "Attempts" }, all.map(tab));
}
