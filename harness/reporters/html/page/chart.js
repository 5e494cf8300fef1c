// Drawings of runs over time: columns of outcomes, and a line of response times, each with its axis.

import { h, svg } from "./elements.js";

const WIDTH = 420, HEIGHT = 130, LEFT = 48, BOTTOM = 20, TOP = 8;
const WIDEST = 96;
// Narrower than this, the names of both ends would run into each other.
const NAMES = 250;

// A round number at or above a value, and its half, so that an axis has marks that can be read.
function niceTop(value) {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
  return [1, 2, 5, 10].map((one) => one * power).find((one) => one >= value) || value;
}

function frame(top, spell, names, label, width, marks) {
  const y = (value) => TOP + (1 - value / top) * (HEIGHT - TOP - BOTTOM);
  const axis = [0, top / 2, top].map((value) => [
    svg("line", { class: "grid-line", x1: LEFT, x2: WIDTH, y1: y(value), y2: y(value) }),
    svg("text", { x: LEFT - 6, y: y(value) + 4, "text-anchor": "end" }, spell(value)),
  ]);
  const ends = [
    svg("text", { x: LEFT, y: HEIGHT - 4 }, names.first),
    ...(width < NAMES ? [] : [svg("text", { x: LEFT + width, y: HEIGHT - 4, "text-anchor": "end" }, names.last)]),
  ];
  const drawing = svg(
    "svg",
    { class: "chart", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label },
    axis,
    marks(y),
    ends,
  );
  return h("figure", null, drawing);
}

function title(text) {
  return svg("title", {}, text);
}

/**
 * Columns, each a pile of parts: `parts` of a column are pairs of a class and a number.
 * @param {{ parts: [string, number][], title: string }[]} columns
 * @param {{ first: string, last: string }} names what stands at both ends of the axis of time
 * @param {string} label
 */
export function columnsOf(columns, names, label) {
  const sums = columns.map(({ parts }) => parts.reduce((sum, [, count]) => sum + count, 0));
  const top = niceTop(Math.max(...sums, 2));
  const each = Math.min((WIDTH - LEFT) / columns.length, WIDEST);
  return frame(
    top,
    (value) => value.toLocaleString("en"),
    names,
    label,
    each * columns.length,
    (y) =>
      columns.map((column, at) => {
        let sum = 0;
        const bars = column.parts.filter(([, count]) => count > 0).map(([kind, count]) => {
          const from = sum;
          sum += count;
          const height = Math.max(y(from) - y(sum), 2);
          return svg("rect", {
            class: kind,
            x: LEFT + at * each + 1,
            y: y(from) - height,
            width: Math.max(each - 2, 1),
            height,
          });
        });
        return svg("g", {}, title(column.title), bars);
      }),
  );
}

/**
 * A line through values, each with a dot.
 * @param {{ value: number, title: string }[]} points
 * @param {(value: number) => string} spell
 * @param {{ first: string, last: string }} names
 * @param {string} label
 */
export function lineOf(points, spell, names, label) {
  const top = niceTop(Math.max(...points.map((one) => one.value), 1));
  const each = Math.min((WIDTH - LEFT) / points.length, WIDEST);
  const x = (at) => LEFT + (at + 0.5) * each;
  return frame(top, spell, names, label, each * points.length, (y) => [
    svg("polyline", { class: "line", points: points.map((one, at) => `${x(at)},${y(one.value)}`).join(" ") }),
    points.map((one, at) => svg("circle", { class: "dot", cx: x(at), cy: y(one.value), r: 3 }, title(one.title))),
  ]);
}
