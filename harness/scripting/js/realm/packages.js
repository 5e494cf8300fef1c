/** `pm.require`: packages that the run finds on disk. Source: postman-sandbox, `lib/sandbox/pm-require.js`. */

const parse = JSON.parse;
const stringify = JSON.stringify;

export class Packages {
  #engine;

  constructor(engine) {
    this.#engine = engine;
  }

  /** The exports of a package, which one script evaluates once. */
  load(name, script, loaded) {
    if (loaded.has(name)) return loaded.get(name).exports;
    const source = parse(script.ask("package", stringify({ name })));
    if (typeof source !== "string") throw new Error(`Cannot find package '${name}'`);
    const module = { id: name, exports: {} };
    loaded.set(name, module);
    const compiled = this.#engine.host("compile", name, source);
    if (typeof compiled === "string") throw new Error(`Error in package '${name}': ${compiled}`);
    try {
      compiled(module.exports, module, script.pm, script.console, this.#engine.realm.require);
    } catch (error) {
      throw new Error(`Error in package '${name}': ${error?.message ?? error}`);
    }
    return module.exports;
  }
}
