/**
 * Runs when the package is built: lets the engine run a few scripts as people write them, and keeps V8's code caches
 * of the libraries that they used, so that no run has to parse those again.
 *
 *     deno run --allow-read=LIBRARIES --allow-write=CACHES --v8-flags=FLAGS rehearsal.js LIBRARIES CACHES
 *
 * Both are folders: of `NAME.js` and `NAME.cache`. A V8 of another version or with other flags refuses the caches, and
 * parses as it would without.
 */
import { Engine } from "./engine.js";

const [libraries, caches] = Deno.args;
const encoder = new TextEncoder();

/** Smaller texts are parsed as fast as their caches are read. */
const WORTH_CACHING = 8_000;

const BEFORE = `
pm.environment.set("stamp", Date.now());
pm.globals.set("name", pm.collectionVariables.get("name"));
pm.variables.set("number", pm.variables.replaceIn("{{$guid}} {{name}}"));
pm.request.headers.add({ key: "X-Name", value: "a" });
pm.request.url.toString();
console.log("before", { a: [1] });
`;

const AFTER = `
pm.test("status", () => pm.response.to.have.status(200));
pm.test("body", function () {
  const body = pm.response.json();
  pm.expect(body.ok).to.eql(true);
  pm.expect(body).to.be.an("object").that.has.property("name");
  pm.expect(body.tags).to.include("a").and.to.have.lengthOf(2);
  pm.expect(pm.response.text()).to.be.a("string");
  pm.expect(pm.response.headers.get("Content-Type")).to.include("json");
  pm.expect(pm.response.code).to.be.oneOf([200, 201]);
  pm.expect(pm.response.responseTime).to.be.below(5000);
});
pm.test("fails", () => pm.expect(1).to.equal(2));
pm.environment.set("id", pm.response.json().id);
tests["legacy"] = responseCode.code === 200;
_.map([1], (each) => each);
CryptoJS.HmacSHA256("a", "b").toString();
`;

const LIBRARIES = `
require("moment")().format();
require("cheerio").load("<p>a</p>")("p").text();
require("ajv");
new (require("ajv"))().compile({ type: "object", properties: { a: { type: "string" } } })({ a: "a" });
require("tv4").validate({}, { type: "object" });
require("xml2js").parseString("<a>1</a>", () => {});
require("csv-parse/lib/sync")("a,b\\n1,2");
require("url").parse("https://example.com/a?b=c");
new URL("https://example.com/a?b=c").searchParams.get("b");
`;

const BODY = encoder.encode('{"ok": true, "id": "5f2b1c", "name": "Jane", "tags": ["a", "b"]}');

/** The messages of a run that has these scripts and wants the engine's answers for nothing. */
class Rehearsal {
  word = "";
  #messages;
  #done;

  constructor(messages, done) {
    this.#messages = messages;
    this.#done = done;
  }

  next() {
    return this.#messages.shift() ?? this.#done();
  }

  find(wanted) {
    const [found] = this.#messages.splice(this.#messages.findIndex(wanted), 1);
    return found;
  }

  hasMessage() {
    return true;
  }

  fill() {
    return Promise.resolve(true);
  }

  write(message) {
    if (message.ran?.error) console.error(message.ran.error);
    if (message.ask === "chunk") this.#messages.unshift({ n: message.n, ...library(message.name) });
    else if (message.ask !== undefined) this.#messages.unshift({ n: message.n, reply: null });
  }
}

function library(name) {
  try {
    const payload = Deno.readFileSync(`${libraries}/${name}.js`);
    return { payload, source: payload.length };
  } catch {
    return {};
  }
}

const PARTS = {
  facts: {
    info: { eventName: "test", iteration: 0, iterationCount: 1, requestName: "a", requestId: "a" },
    location: [],
  },
  request: { method: "GET", url: "https://example.com/{{name}}?a=b", header: [{ key: "Accept", value: "*/*" }] },
  response: {
    status: 200,
    reason: "OK",
    headers: [["Content-Type", "application/json"], ["Date", "today"]],
    elapsed: 1,
    size: BODY.length,
    body: 0,
  },
  cookies: [],
};

function job(n, event, source) {
  const parts = Object.entries(PARTS).map(([name, part]) => ({ name, bytes: encoder.encode(JSON.stringify(part)) }));
  parts.push({ name: "body", bytes: BODY });
  return {
    job: {
      n,
      event,
      scripts: [[n, "a"]],
      sources: { [n]: source },
      scopes: {
        now: [1, 2, 3, 4, 5],
        fresh: n > 1 ? [] : ["local", "data", "environment", "collection", "globals"].map((name, place) => [
          place + 1,
          name,
          "",
          "",
          name === "collection" ? [{ key: "name", value: "a" }] : [],
        ]),
        gone: [],
      },
      parts: parts.map(({ name, bytes }) => [name, bytes.length]),
      seed: String(n),
      clock: null,
      waits: true,
      timeout: null,
      stop: false,
      crowded: false,
    },
    payload: new Uint8Array(parts.flatMap(({ bytes }) => [...bytes])),
  };
}

const BOOT = {
  word: "",
  answers: {
    currentGlobals: true,
    topLevelAwait: true,
    freeNames: true,
    promises: true,
    libraryTicks: true,
    undoesChanges: true,
  },
  seed: "1",
  console: 1_000_000,
};

const compiled = new Map();
const messages = [
  { boot: BOOT },
  job(1, "prerequest", BEFORE),
  job(2, "test", AFTER),
  job(3, "test", LIBRARIES),
];
const rehearsal = new Rehearsal(messages, () => {
  for (const [name, script] of compiled) {
    if (Deno.statSync(`${libraries}/${name}.js`).size < WORTH_CACHING) continue;
    Deno.writeFileSync(`${caches}/${name}.cache`, script.createCachedData());
  }
  Deno.exit(0);
});
const engine = new Engine(rehearsal, compiled);
engine.start();
engine.serve();
