/** `console`: arguments are put into words here, for no object leaves the realm. */
import { inspect } from "./inspect.js";
import { jsonList } from "./problem.js";

const LEVELS = ["log", "warn", "debug", "info", "error"];

export function makeConsole(host, run) {
  const made = {};
  for (const level of LEVELS) {
    made[level] = (...args) => {
      for (let index = 0; index < args.length; index++) {
        if (typeof args[index] !== "string") args[index] = inspect(args[index]);
      }
      host("log", run, level, jsonList(args, args.length));
    };
  }
  made.clear = () => undefined;
  return made;
}
