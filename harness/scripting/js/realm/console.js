/** `console`: arguments are put into words here, for no object leaves the realm. */
import { inspect } from "./inspect.js";
import { jsonList } from "./problem.js";
import { teleported } from "./teleport.js";

const LEVELS = ["log", "warn", "debug", "info", "error"];

export function makeConsole(host, run, answers) {
  const made = {};
  const tell = (level, args) => host("log", run, level, jsonList(args, args.length));
  for (const level of LEVELS) {
    made[level] = answers.consoleAsJson
      ? (...args) => tell(level, [teleported(args).map(inspect).join(", ")])
      : (...args) => {
        for (let index = 0; index < args.length; index++) {
          if (typeof args[index] !== "string") args[index] = inspect(args[index]);
        }
        tell(level, args);
      };
  }
  made.clear = () => undefined;
  return made;
}
