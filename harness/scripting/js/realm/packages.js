/** `pm.require`: packages that the run finds on disk. Source: postman-sandbox, `lib/sandbox/pm-require.js`. */
import { OWN, WEB } from "./globals.js";

const parse = JSON.parse;
const stringify = JSON.stringify;

/** Packages of a registry (`npm:name`) are not the team's own, and get no `pm`. */
const EXTERNAL = /^[^:]+:.+$/;

export class Packages {
  #engine;

  constructor(engine) {
    this.#engine = engine;
  }

  /** The exports of a package, which one script evaluates once; `loaded` are those of the script. */
  load(name, script, loaded) {
    if (loaded.has(name)) return loaded.get(name).exports;
    const source = parse(script.ask("package", stringify({ name })));
    if (typeof source !== "string") throw new Error(`Cannot find package '${name}'`);
    const module = { id: name, exports: {} };
    loaded.set(name, module);
    const given = [...OWN, ...WEB].filter((each) =>
      source.includes(each) && !(each === "pm" && EXTERNAL.test(name)));
    const compiled = this.#engine.host("compile", name, source, given.join(" "));
    if (typeof compiled === "string") throw new Error(`Error in package '${name}': ${compiled}`);
    try {
      compiled(module.exports, module, ...given.map((each) => script.bound(each)));
    } catch (error) {
      throw new Error(`Error in package '${name}': ${error?.message ?? error}`);
    }
    return module.exports;
  }
}
