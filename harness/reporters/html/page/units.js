// Durations, sizes and counts, spelled as the terminal and the other reports spell them (harness/reporters/units.py).

const SIZES = ["B", "kB", "MB", "GB", "TB"];

export function duration(ms) {
  // 0.291 * 1000 is a little less than 291.
  if (ms > 0 && ms < 1) return `${Math.floor(ms * 1000 + 1e-6)}µs`;
  if (ms < 1998) return `${Math.floor(ms)}ms`;
  const minutes = Math.floor(ms / 60000);
  if (minutes < 1) return `${short(ms / 1000, 1)}s`;
  if (minutes < 60) return `${minutes}m ${short((ms / 1000) % 60, 1)}s`;
  return `${Math.floor(minutes / 60)}h ${minutes % 60}m`;
}

export function bytes(count) {
  let value = count, unit = 0;
  while (value >= 1000 && unit < SIZES.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return unit ? `${short(value, 2)}${SIZES[unit]}` : `${count}B`;
}

export function figure(count) {
  return count.toLocaleString("en");
}

export function counted(count, noun) {
  return `${figure(count)} ${noun}${count === 1 ? "" : "s"}`;
}

// Python rounds a tie to the even digit, `toFixed` away from zero.
function short(value, digits) {
  const tie = (value * (digits === 1 ? 4 : 8)) % 2 === 1;
  const rounded = value.toFixed(digits);
  const odd = Number(rounded.at(-1)) % 2 === 1;
  const text = tie && odd ? (Number(rounded) - 10 ** -digits).toFixed(digits) : rounded;
  return text.replace(/\.?0+$/, "");
}
