/** What the engine puts into the scripts' realm: Postman's libraries and `pm`. */
import { Draws, random, reseed } from "./random.js";
import lodash from "#lodash";
import sdk from "#postman-collection";
import chai from "#chai";
import chaiPostman from "#chai-postman";
import liquidJson from "#liquid-json";
import { installClock } from "./date.js";
import { bindable } from "./globals.js";
import { Event } from "./event.js";
import { makeRequire } from "./modules.js";
import { describe } from "./problem.js";
import { SafeMap, words } from "./natives.js";
import { Packages } from "./packages.js";
import { factsOf, Script } from "./script.js";
import { Sugar } from "./sugar.js";
import { CookieJar } from "./cookies.js";
import { quickenChai } from "./quick_chai.js";
import { Postman } from "./pm.js";
import { Scopes, ScriptScope } from "./variables.js";

const { parse } = JSON;

export function boot({ host, library, draws, answers, realm, native, process, loaded, forget }) {
  chai.use(chaiPostman(sdk, lodash, function Ajv(options) {
    return new (library("ajv"))(options);
  }));
  quickenChai(chai, (value) => sdk.Response.isResponse(value));
  Object.defineProperty(Error.prototype, "toJSON", {
    value() {
      return { type: "Error", name: this.name, message: this.message };
    },
    writable: true,
    configurable: true,
    enumerable: true,
  });

  const engine = {
    host,
    library,
    answers,
    realm,
    liquidJson,
    draws,
    scopes: new Scopes(),
    names: bindable(answers),
  };
  engine.packages = new Packages(engine);
  engine.sugar = new Sugar(realm, host, () => library("sugar"));
  realm.require = makeRequire({ library, liquidJson, process });
  reseed(() => draws.current.fraction());
  let virtual = false;
  const events = new SafeMap();
  const scripts = new SafeMap();
  const sources = new SafeMap();

  return {
    names: () => engine.names.join(" "),
    describe,
    /** What scripts share and may change. */
    roots: () => [
      chai,
      sdk,
      lodash,
      liquidJson,
      engine.packages,
      ...Object.values(loaded),
      Postman,
      ScriptScope,
      CookieJar,
      Script,
      [][Symbol.iterator](),
      new Map().entries(),
      new Set().values(),
      ""[Symbol.iterator](),
      "".matchAll(/a/g),
      function* () {},
      async function () {},
      async function* () {},
    ],
    global: () => realm,
    /** Forget the libraries that a script's source seems to have told something they keep to themselves. */
    unload: (source) => forget(source),
    /** Whether a getter is one that stands where a method of Sugar's will be. */
    isDoor: (getter) => engine.sugar.isDoor(getter),
    /**
     * Begin an event; tells whether `Date` has become the run's. `kind` is its name, `body` the number of the
     * response's body, `now` the numbers of its scopes, `news` JSON of what is new in any, or empty.
     */
    begin(number, body, kind, seed, isVirtual, now, news) {
      if (news !== "") engine.scopes.load(parse(news));
      const clockComes = isVirtual && !virtual;
      if (clockComes) installClock(realm, native.Date, () => host("now"));
      virtual ||= isVirtual;
      events.set(number, new Event(host, number, kind, body, new Draws(seed), engine.scopes.pick(now)));
      return clockComes;
    },
    /** What runs from here on belongs to this event. */
    enter(number) {
      draws.current = events.get(number).draws;
      Math.random = random;
    },
    start(number, eventNumber, current, compiled, names, source, usesThis, asynchronous) {
      const script = new Script(number, events.get(eventNumber), current, engine);
      scripts.set(number, script);
      let known = sources.get(compiled);
      if (known === undefined) {
        known = factsOf(source, words(names));
        sources.set(compiled, known);
      }
      script.start(compiled, known, usesThis, asynchronous);
    },
    /** Take what other scripts have changed while one waited. */
    reload: (json) => engine.scopes.load(parse(json)),
    fire: (number, id) => scripts.get(number).fire(id),
    answer: (number, id, reply, delay) => scripts.get(number).answer(id, reply, delay),
    settle: (number, id, reply) => scripts.get(number)?.settle(id, reply),
    finish: (number) => scripts.get(number).finish(),
    forget: (number) => void scripts.delete(number),
    /** End an event; gives the HTML that its visualizer template makes, if it has one. */
    end(number) {
      const { visualization } = events.get(number);
      events.delete(number);
      if (visualization === undefined) return undefined;
      return library("handlebars").compile(visualization.template)(visualization.data ?? {});
    },
  };
}
