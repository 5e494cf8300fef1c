/**
 * What nearly every assertion goes through, with less work: the proxies that catch misspelled properties, the words
 * that only make a sentence (`to`, `be`), and `status` of chai-postman. What comes of them is chai's own; whatever is
 * out of the ordinary is left to it. Sources: chai, `lib/chai/utils`; chai-postman.
 */
const { create, defineProperty, freeze, getOwnPropertyDescriptor } = Object;
const { apply, get } = Reflect;
const NativeProxy = Proxy;

const WORDS = [
  "to",
  "be",
  "been",
  "is",
  "and",
  "has",
  "have",
  "with",
  "that",
  "which",
  "at",
  "of",
  "same",
  "but",
  "does",
  "still",
  "also",
];

/** `isResponse` tells what chai-postman takes for a response. */
export function quickenChai(chai, isResponse) {
  const { Assertion, config, util } = chai;
  quickenProxies(config, util);
  for (const word of WORDS) quickenWord(word, Assertion.prototype, config, util);
  quickenStatus(Assertion, isResponse);
}

/** One handler serves all assertions, where chai makes one for each. */
function quickenProxies(config, util) {
  const { flag, proxify } = util;
  const proxyGetter = freeze((target, property) => {
    const known = typeof property !== "string" || property in target ||
      config.proxyExcludedKeys.indexOf(property) !== -1;
    // chai says what is wrong.
    if (!known) return proxify(target)[property];
    if (
      property !== "assert" && property !== "_obj" && property !== "__flags" && property !== "__methods" &&
      !flag(target, "lockSsfi")
    ) {
      flag(target, "ssfi", proxyGetter);
    }
    return get(target, property);
  });
  const handler = freeze({ __proto__: null, get: proxyGetter });
  util.proxify = (object, method) =>
    method === undefined && config.useProxy ? new NativeProxy(object, handler) : proxify(object, method);
}

/** A word makes another assertion with the same flags. */
function quickenWord(word, prototype, config, util) {
  const { get: slow } = getOwnPropertyDescriptor(prototype, word);
  const propertyGetter = function () {
    const flags = this.__flags;
    if (flags === undefined || !config.useProxy) return apply(slow, this, []);
    const made = create(prototype);
    made.__flags = { __proto__: null, ...flags };
    return util.proxify(made);
  };
  const accessor = { __proto__: null, get: propertyGetter, configurable: true };
  defineProperty(prototype, word, /** @type {object} */ (accessor));
}

/** chai-postman makes three assertions on the way that hold for every response. */
function quickenStatus(Assertion, isResponse) {
  const slow = Assertion.prototype.status;
  Assertion.addMethod("status", function (wanted) {
    const response = this._obj;
    if (typeof wanted !== "number" || !isResponse(response) || typeof response.code !== "number") {
      return apply(slow, this, [wanted]);
    }
    this.assert(
      response.code === wanted,
      "expected response to have status code #{exp} but got #{act}",
      "expected response to not have status code #{act}",
      wanted,
      response.code,
    );
    return undefined;
  });
}
