// The data of the report: an index for the lists, and chunks of records that are unpacked when needed.

// Fields of a row and of a failure, in the order of harness/reporters/call_record.py.
export const ROW = {
  item: 0,
  iteration: 1,
  state: 2,
  code: 3,
  ms: 4,
  size: 5,
  start: 6,
  elapsed: 7,
  attempt: 8,
  tests: 9,
  failed: 10,
  passedOver: 11,
  chunk: 12,
  slot: 13,
  flags: 14,
  method: 15,
  url: 16,
  skipped: 17,
  round: 18,
  phases: 19,
};
export const FAILURE = {
  row: 0,
  kind: 1,
  name: 2,
  message: 3,
  test: 4,
  expected: 5,
  actual: 6,
  event: 7,
  label: 8,
  script: 9,
  line: 10,
  column: 11,
  text: 12,
  origin: 13,
};
export const PASSED = 0, FAILED = 1, SKIPPED = 2;
export const FLAG = { console: 1, warnings: 2, extractions: 4, visualizer: 8 };

export let index = null;
export const failuresOfRow = new Map();
const opened = new Map();

async function unpack(id) {
  const text = document.getElementById(id).textContent;
  const packed = Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

export async function loadIndex() {
  index = await unpack("index");
  index.failures.forEach((failure, number) => {
    const row = failure[FAILURE.row];
    if (!failuresOfRow.has(row)) failuresOfRow.set(row, []);
    failuresOfRow.get(row).push(number);
  });
}

// A few chunks are kept; an older one is unpacked again when it is asked for.
export async function recordOf(number) {
  const row = index.rows[number];
  const id = `chunk-${row[ROW.chunk]}`;
  if (!opened.has(id)) {
    opened.set(id, unpack(id));
    if (opened.size > 8) opened.delete(opened.keys().next().value);
  }
  return (await opened.get(id))[row[ROW.slot]];
}

// Rows that one passing through the collection made: its iteration, and its row of data as names and values.
export function roundOf(row) {
  return index.rounds[row[ROW.round]] || { iteration: row[ROW.iteration], data: [] };
}

export function dataOf(row) {
  return roundOf(row).data.map(([name, value]) => `${name}=${value}`).join(", ");
}

export function hasIterations() {
  return index.run.iterations > 1;
}

// The path of a call as labels of scripts spell it, which know nothing of several collections in one report.
export function labelOf(row) {
  return pathOf(row).slice(index.run.collections.length ? 1 : 0).join(" / ");
}

export function pathOf(row) {
  return index.items[row[ROW.item]].path;
}
export function nameOf(row) {
  return pathOf(row)[pathOf(row).length - 1];
}

// The path of a call in words, with its iteration where there are several.
export function placeOf(row) {
  const path = pathOf(row).join(" / ");
  return index.run.iterations > 1 ? `${path} [iteration ${row[ROW.iteration] + 1}]` : path;
}

export function isBroken(row) {
  return row[ROW.state] === FAILED;
}
