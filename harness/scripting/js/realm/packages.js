/** `pm.require`: packages that the run finds on disk. Source: postman-sandbox, `lib/sandbox/pm-require.js`. */
import { OWN, WEB } from "./globals.js";
import { apply, cutOff, textIncludes, textIndex } from "./natives.js";

const parse = JSON.parse;
const stringify = JSON.stringify;
const isArray = Array.isArray;

/** Packages of a registry (`npm:name`) are not the team's own, and get no `pm`. */
function isExternal(name) {
  return textIndex(name, ":", 0) > 0 && name[name.length - 1] !== ":";
}

/** Where a package was looked for, as the end of a sentence. */
function placesOf(places) {
  if (!isArray(places) || places.length === 0) return "";
  let told = `: there is no ${places[0]}`;
  for (let index = 1; index < places.length; index++) told += ` and no ${places[index]}`;
  return told;
}

const PROVIDED = [...OWN, ...WEB];

export class Packages {
  #engine;

  constructor(engine) {
    this.#engine = engine;
  }

  /** The exports of a package, which one script evaluates once; `loaded` are those of the script. */
  load(name, script, loaded) {
    if (loaded.has(name)) return loaded.get(name).exports;
    const source = parse(script.ask("package", stringify({ name })));
    if (typeof source !== "string") throw new Error(`Cannot find package '${name}'${placesOf(source)}`);
    const module = { id: name, exports: {} };
    loaded.set(name, module);
    const values = { __proto__: null, length: 2, 0: module.exports, 1: module };
    let given = "";
    for (let index = 0; index < PROVIDED.length; index++) {
      const each = PROVIDED[index];
      if (!textIncludes(source, each) || (each === "pm" && isExternal(name))) continue;
      given += given === "" ? each : ` ${each}`;
      values[values.length++] = script.bound(each);
    }
    const compiled = this.#engine.host("compile", name, source, given);
    if (typeof compiled === "string") throw new Error(`Error in package '${name}': ${compiled}`);
    try {
      apply(compiled, undefined, values);
    } catch (error) {
      throw new Error(`Error in package '${name}': ${error?.message ?? error}`);
    }
    return module.exports;
  }
}
cutOff(Packages);
