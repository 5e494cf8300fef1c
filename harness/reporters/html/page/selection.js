// What the page shows just now, and how any part of it asks for a call to be shown.

/**
 * `view` is the name of a view, `call` the number of a row or -1, `attempt` the number of an earlier attempt that is
 * looked at or 0, `record` what is known about the call, `zoom` a part of the timeline in milliseconds.
 * @type {{ view: string, call: number, attempt: number, record: any, zoom: [number, number] | null }}
 */
export const shown = { view: "", call: -1, attempt: 0, record: null, zoom: null };

/**
 * Asks for a call's details; with `keepList` the list does not scroll to it. Whoever shows details listens.
 * @param {number} number
 * @param {boolean} [keepList]
 * @param {number} [attempt]
 */
export function askFor(number, keepList = false, attempt = 0) {
  document.dispatchEvent(new CustomEvent("call-asked", { detail: { number, keepList, attempt } }));
}

/** @param {(number: number, keepList: boolean, attempt: number) => void} act shows the call that is asked for */
export function whenAsked(act) {
  document.addEventListener("call-asked", (event) => {
    const { detail } = /** @type {CustomEvent} */ (event);
    act(detail.number, detail.keepList, detail.attempt);
  });
}

/**
 * Says that what is shown has changed; a `slight` change takes the place of the one before in the browser's history.
 * @param {boolean} [slight]
 */
export function tellChange(slight = false) {
  document.dispatchEvent(new CustomEvent("shown-changed", { detail: { slight } }));
}

/** @param {(slight: boolean) => void} act keeps what is shown */
export function whenChanged(act) {
  document.addEventListener("shown-changed", (event) => act(/** @type {CustomEvent} */ (event).detail.slight));
}
