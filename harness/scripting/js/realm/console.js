/** `console`: arguments are put into words here, for no object leaves the realm. */
import { inspect } from "./inspect.js";

const LEVELS = ["log", "warn", "debug", "info", "error"];
const stringify = JSON.stringify;

export function makeConsole(host, run) {
  const made = {};
  for (const level of LEVELS) {
    made[level] = (...args) => {
      const parts = [];
      for (const argument of args) parts[parts.length] = typeof argument === "string" ? argument : inspect(argument);
      host("log", run, level, stringify(parts));
    };
  }
  made.clear = () => undefined;
  return made;
}
