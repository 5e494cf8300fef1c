/**
 * Sugar 1.3.9, which Postman adds to the built-in objects. It takes long to load and next to no script knows
 * of it, so its names stand there as getters, and it is loaded when one of them is first looked at.
 */
import { SafeMap } from "./natives.js";

const EVERYWHERE = "SugarMethods extend sugarRestore sugarRevert";
const words = (text) => text.trim().split(/\s+/);

const UNITS = ["millisecond", "second", "minute", "hour", "day", "week", "month", "year"];
const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
const SCRIPTS = [
  "Arabic",
  "Cyrillic",
  "Devanagari",
  "Greek",
  "Han",
  "Hangul",
  "Hebrew",
  "Hiragana",
  "Kana",
  "Kanji",
  "Katakana",
  "Latin",
  "Thai",
];
const capital = (word) => word[0].toUpperCase() + word.slice(1);

/** What Sugar adds to each constructor, and to its prototype. */
const NAMES = {
  Array: [
    words("AlphanumericSortEquivalents AlphanumericSortIgnoreCase AlphanumericSortOrder create"),
    words(`add all any average clone compact count each exclude findAll first flatten from groupBy inGroups inGroupsOf
      include insert intersect isEmpty last least max min most none randomize remove removeAt sample sortBy subtract
      sum to union unique zip`),
  ],
  Boolean: [[], []],
  Date: [
    words(`ISO8601_DATE ISO8601_DATETIME RFC1036 RFC1123 addFormat addLocale create future getLocale past range
      setLocale utc`),
    [
      ...words(`advance beginningOfDay beginningOfMonth beginningOfWeek beginningOfYear clone daysInMonth endOfDay
        endOfMonth endOfWeek endOfYear format full getISOWeek getUTCOffset is isAfter isBefore isBetween isFuture
        isLeapYear isPast isToday isTomorrow isUTC isValid isWeekday isWeekend isYesterday iso long relative reset
        rewind set setISOWeek setWeekday short utc`),
      ...UNITS.flatMap((
        unit,
      ) => [`add${capital(unit)}s`, `${unit}sAgo`, `${unit}sFromNow`, `${unit}sSince`, `${unit}sUntil`]),
      ...["Week", "Month", "Year"].flatMap((unit) => [`isLast${unit}`, `isNext${unit}`, `isThis${unit}`]),
      ...[...WEEKDAYS, ...MONTHS].map((name) => `is${name}`),
    ],
  ],
  Function: [[], words("after cancel debounce delay fill lazy once throttle")],
  Number: [
    ["random"],
    [
      ...words(`abbr abs acos asin atan bytes ceil chr cos downto duration exp floor format hex isEven isInteger
        isMultipleOf isOdd log metric ordinalize pad pow round sin sqrt tan times toNumber upto`),
      ...UNITS.flatMap((unit) =>
        [unit, `${unit}s`]
          .flatMap((name) => [name, ...["After", "Ago", "Before", "FromNow"].map((end) => name + end)])
      ),
    ],
  ],
  Object: [
    words(`all any average clone count each equal extended find findAll fromQueryString has isBoolean isDate isEmpty
      isFunction isNaN isNumber isObject isRegExp isString least map max merge min most none reduce reject select size
      sum tap toQueryString watch`),
    [],
  ],
  RegExp: [["escape"], words("addFlag getFlags removeFlag setFlags")],
  String: [
    ["Inflector"],
    [
      ...words(`add assign camelize capitalize chars codes compact dasherize decodeBase64 each encodeBase64 escapeHTML
        escapeRegExp escapeURL first from hankaku has hiragana humanize insert isBlank katakana last lines pad padLeft
        padRight paragraphs parameterize pluralize remove removeTags reverse shift singularize spacify stripTags
        titleize to toNumber truncate underscore unescapeHTML unescapeURL words zenkaku`),
      ...SCRIPTS.flatMap((script) => [`has${script}`, `is${script}`]),
    ],
  ],
};

/** Its `map`, `filter` and the like also take something else than a function. */
const MATCHER = /\.(?:map|filter|every|some|find)\(\s*(?:['"`/{\d])/;

/** Whether a script may use what no getter tells of. */
export const mayUseSugar = (source) => MATCHER.test(source);

const { defineProperty, getOwnPropertyDescriptor } = Object;

export class Sugar {
  #host;
  #load;
  #loaded = false;
  #doors = [];
  #getters = new SafeMap();

  /** `load` evaluates the library. */
  constructor(realm, host, load) {
    this.#host = host;
    this.#load = load;
    for (const type of Object.keys(NAMES)) {
      const [onType, onPrototype] = NAMES[type];
      for (const name of [...onType, ...words(EVERYWHERE)]) this.#door(realm[type], name);
      for (const name of onPrototype) this.#door(realm[type].prototype, name);
    }
  }

  /** Put a getter where a method will be; a script may also put something of its own there. */
  #door(owner, name) {
    // deno-lint-ignore no-this-alias
    const sugar = this;
    const get = function () {
      sugar.pour();
      return this[name];
    };
    const set = function (value) {
      defineProperty(this, name, { value, writable: true, configurable: true, enumerable: this !== owner });
    };
    defineProperty(owner, name, { get, set, configurable: true, enumerable: false });
    this.#doors.push({ owner, name, get });
    this.#getters.set(get, true);
  }

  isDoor(getter) {
    return this.#getters.has(getter);
  }

  pour() {
    if (this.#loaded) return;
    this.#loaded = true;
    this.#host("loading");
    try {
      this.#open();
    } finally {
      this.#host("poured");
    }
    this.#doors = [];
  }

  #open() {
    const kept = [];
    for (const { owner, name, get } of this.#doors) {
      const now = getOwnPropertyDescriptor(owner, name);
      if (now !== undefined && now.get !== get) kept.push([owner, name, now]);
      delete owner[name];
    }
    this.#load();
    for (const [owner, name, now] of kept) defineProperty(owner, name, now);
  }
}
