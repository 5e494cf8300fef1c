// Loaded by Node before a program that may be newman: keeps the summary of each of its runs.
//
// It looks at what newman tells its reporters, prints nothing and changes nothing but two things that come of the
// proxy: an extra authority that is named is believed beside that of the proxy, and a warning that the proxy alone
// gives rise to is not printed. Whatever fails here is newman's run all the same.
"use strict";

const fs = require("fs");
/** @type {any} The functions of Node's loader that are replaced below have no types. */
const Module = require("module");
const path = require("path");

const folder = process.env.HARNESS_SHADOW_FOLDER;
const authority = process.env.HARNESS_SHADOW_AUTHORITY;
const RUN = /[\\/]newman[\\/]lib[\\/]run[\\/]index\.js$/;
const load = Module._load;
const wrapped = new Map();
let count = 0;

function quietly(action) {
  try {
    return action();
  } catch {
    return undefined;
  }
}

// What is kept holds values in clear, and the one that removes it in the end may have been killed.
function isAlone() {
  try {
    process.kill(Number(process.env.HARNESS_SHADOW_PROCESS), 0);
    return false;
  } catch (error) {
    return error.code !== "EPERM";
  }
}

function keep(name, value) {
  quietly(() => {
    if (isAlone()) {
      fs.rmSync(folder, { recursive: true, force: true });
      return;
    }
    fs.writeFileSync(path.join(folder, name), JSON.stringify(value), { mode: 0o600 });
  });
}

function believed(options) {
  const given = options && typeof options === "object" ? options.sslExtraCaCerts : undefined;
  if (typeof given !== "string" || !authority) {
    return options;
  }
  const both = path.join(folder, `authorities-${process.pid}.pem`);
  fs.writeFileSync(both, fs.readFileSync(given, "utf8") + "\n" + fs.readFileSync(authority, "utf8"));
  return { ...options, sslExtraCaCerts: both };
}

function watch(emitter) {
  const name = `${String(Date.now()).padStart(15, "0")}-${process.pid}-${count++}`;
  let written = false;
  keep(`${name}.job.json`, { argv: process.argv.slice(2), cwd: process.cwd() });
  const write = (error) => {
    if (written || !emitter.summary) {
      return;
    }
    written = true;
    const { exports: _, ...summary } = emitter.summary;
    if (error && summary.run && !summary.run.error) {
      summary.run.error = { message: String((error && error.message) || error) };
    }
    keep(`${name}.report.json`, summary);
  };
  emitter.on("done", write);
  process.on("exit", () => write("newman ended before its run did"));
}

// Through a proxy the server's name is set even when it is an address, of which Node warns; without one it is not.
const emitWarning = process.emitWarning;
process.emitWarning = function (_warning, type, code) {
  if (code !== "DEP0123" && !(type && type.code === "DEP0123")) {
    emitWarning.apply(process, arguments);
  }
};

Module._load = function (request, parent, isMain) {
  const loaded = load.apply(this, arguments);
  if (!folder || typeof loaded !== "function") {
    return loaded;
  }
  if (wrapped.has(loaded)) {
    return wrapped.get(loaded);
  }
  const file = quietly(() => Module._resolveFilename(request, parent, isMain));
  if (typeof file !== "string" || !RUN.test(file)) {
    return loaded;
  }
  const run = function (options, callback) {
    const given = quietly(() => believed(options)) || options;
    const emitter = loaded.call(this, given, callback);
    quietly(() => watch(emitter));
    return emitter;
  };
  wrapped.set(loaded, run);
  return Object.assign(run, loaded);
};
