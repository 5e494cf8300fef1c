// What the page shows just now, and how any part of it asks for a call to be shown.

// `view` is the name of a view, `call` the number of a row or -1, `record` what is known about that call.
export const shown = { view: '', call: -1, record: null };

// Asks for a call's details; with `keepList` the list does not scroll to it. Whoever shows details listens.
export function askFor(number, keepList = false) {
  document.dispatchEvent(new CustomEvent('call-asked', { detail: { number, keepList } }));
}
