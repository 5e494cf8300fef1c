/** `pm.test`. Source: postman-sandbox, `lib/sandbox/pmapi-setup-runner.js`. */
import { defineProperty, keys, NativeError, toText, whenSettled } from "./natives.js";
import { describe } from "./problem.js";

const { stringify } = JSON;

const PASSED = 0;
const FAILED = 1;
const PENDING = 2;

export function addTests(pm, { host, run, answers, losses }) {
  let index = 0;

  // newman 6.2, lib/run/index.js.
  const absent = (name) => (answers.namelessThrows ? { name: "AssertionError", message: name } : undefined);

  const report = (name, number, error) => {
    if (error === undefined) host("assert", run, name, number, false, PASSED, "");
    else host("assert", run, name, number, false, FAILED, describe(error.thrown, absent(name)));
  };

  const withDone = (name, number, assertion) => {
    let failed = false;
    let finished = false;
    const done = (error) => {
      if (failed) return;
      if (error) failed = true;
      finished = true;
      report(name, number, error ? { thrown: error } : undefined);
    };
    losses().watch(() => !finished && !failed, `the test ${stringify(name)} never called done`);
    try {
      assertion(done);
    } catch (thrown) {
      failed = true;
      report(name, number, { thrown });
    }
  };

  /** newman does not look at what a test returns; a promise of it is waited for otherwise. */
  const settleLater = (name, number, promise) => {
    const slot = host("assert", run, name, number, false, PENDING, "");
    whenSettled(
      promise,
      () => host("settle", run, slot, ""),
      (thrown) => host("settle", run, slot, describe(thrown)),
    );
  };

  const test = function test(title, assertion) {
    const name = toText(title);
    const number = index++;
    if (typeof assertion !== "function") report(name, number);
    else if (assertion.length) withDone(name, number, assertion);
    else {
      let returned;
      try {
        returned = assertion();
      } catch (thrown) {
        report(name, number, { thrown });
        return pm;
      }
      if (answers.awaitsTests && typeof returned?.then === "function") settleLater(name, number, returned);
      else report(name, number);
    }
    return pm;
  };
  const skip = (title) => {
    host("assert", run, toText(title), index++, true, PASSED, "");
    return pm;
  };
  give(test, "skip", skip);
  give(test, "index", () => index);
  defineProperty(test, "name", /** @type {object} */ ({ __proto__: null, value: "" }));
  give(pm, "test", test);

  /** The legacy `tests` object: each entry is an assertion once the script has run. */
  return function legacyTests(tests) {
    const names = keys(tests);
    for (let at = 0; at < names.length; at++) {
      const name = names[at];
      const value = tests[name];
      if (value) report(name, index++);
      else {
        const error = new NativeError(`expected ${toText(value)} to be truthy`);
        give(error, "name", "AssertionError");
        report(name, index++, { thrown: error });
      }
    }
  };
}

/** Set a property that an object is to have of its own, whatever stands on its prototypes. */
function give(object, name, value) {
  const descriptor = { __proto__: null, value, writable: true, enumerable: true, configurable: true };
  defineProperty(object, name, /** @type {object} */ (descriptor));
}
