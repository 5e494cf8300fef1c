// What the page shows just now, and how any part of it asks for a call to be shown.

// `view` is the name of a view, `call` the number of a row or -1, `record` what is known about that call.
export const shown = { view: "", call: -1, record: null };

/**
 * Asks for a call's details; with `keepList` the list does not scroll to it. Whoever shows details listens.
 * @param {number} number
 * @param {boolean} [keepList]
 */
export function askFor(number, keepList = false) {
  document.dispatchEvent(new CustomEvent("call-asked", { detail: { number, keepList } }));
}

/** @param {(number: number, keepList: boolean) => void} act shows the details of a call that is asked for */
export function whenAsked(act) {
  document.addEventListener("call-asked", (event) => {
    const { detail } = /** @type {CustomEvent<{ number: number, keepList: boolean }>} */ (event);
    act(detail.number, detail.keepList);
  });
}
