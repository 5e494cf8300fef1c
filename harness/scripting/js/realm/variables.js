/**
 * `pm.environment` and its kin: Postman's VariableScope over records that outlive the script.
 *
 * Building the SDK's scope costs far more than most scripts need, so reads and writes go to the records
 * and the SDK's list is made when a script looks for more than that (`values`, `toObject`, iteration).
 */
import sdk from "#postman-collection";
import { cutOff, SafeMap } from "./natives.js";

const { VariableScope, VariableList, Variable, Property, MutationTracker } = sdk;
const Base = VariableScope.prototype;
const stringify = JSON.stringify;
const parse = JSON.parse;
const { defineProperty, freeze, getPrototypeOf } = Object;
const CAST = Object.assign(Object.create(null), Variable.types);

function handler(record) {
  return typeof record.type === "string" ? CAST[record.type.toLowerCase()] : undefined;
}

function castIn(record, value) {
  const cast = handler(record);
  if (cast === undefined || typeof value === "function") return value;
  return typeof cast === "function" ? cast(value) : cast.in(value);
}

function castOut(record, value) {
  const cast = handler(record);
  if (cast === undefined) return value;
  return typeof cast === "function" ? cast(value) : cast.out(value);
}

/** The variables of one scope as the run holds them between scripts. */
export class Store {
  constructor(name) {
    this.name = name;
    this.id = undefined;
    this.label = undefined;
    this.records = new SafeMap();
  }

  load(id, label, values) {
    this.id = id;
    this.label = label;
    this.records = new SafeMap();
    for (let index = 0; index < values.length; index++) this.records.set(values[index].key, values[index]);
  }

  /** Make single changes in their order: a key alone is a variable that is no more. */
  change(changes) {
    for (let index = 0; index < changes.length; index++) {
      const change = changes[index];
      if (typeof change === "string") this.records.delete(change);
      else this.records.set(change.key, change);
    }
  }
}

cutOff(Store);

/** Few scripts look at a scope's id, and drawing one takes longer than reading a variable. Shared, and frozen for that. */
const ID = /** @type {object} */ ({
  __proto__: null,
  get: freeze(function () {
    return ScriptScope.idOf(this);
  }),
  set: freeze(function (value) {
    const own = { __proto__: null, value, writable: true, enumerable: true, configurable: true };
    defineProperty(this, "id", /** @type {object} */ (own));
  }),
  enumerable: true,
  configurable: true,
});

/** What a script sees of a store. Its changes stay here until `flush`. */
export class ScriptScope {
  #store;
  #changes = new SafeMap();
  #copies = new SafeMap();
  #list;
  #layers;
  #giveId;

  /** `layers` gives the scopes that are looked at when this one has no such variable, `giveId` its id. */
  constructor(store, layers, giveId) {
    this.#store = store;
    this.#layers = layers;
    this.#giveId = giveId;
    defineProperty(this, "id", ID);
    if (store.label) this.name = store.label;
  }

  /** The id of a scope, also for what inherits from one. */
  static idOf(scope) {
    for (let each = scope; typeof each === "object" && each !== null; each = getPrototypeOf(each)) {
      if (#giveId in each) return each.#giveId();
    }
    return undefined;
  }

  get values() {
    if (this.#list === undefined) {
      const records = [...this.#store.records.values()].filter((record) => !this.#changes.has(record.key));
      const definitions = records.map((record) => ({ ...record, value: copy(record.value) }));
      for (const [key, change] of this.#changes) if (change !== null) definitions.push({ ...change, key });
      this.#list = new VariableList(this, definitions);
    }
    return this.#list;
  }

  get _layers() {
    return this.#layers?.().map((layer) => layer.values);
  }

  get _postman_enableTracking() {
    return this.#store.name === "data" ? undefined : true;
  }

  get mutations() {
    if (this.#store.name === "data") return undefined;
    const compacted = {};
    for (const [key, change] of this.#changes) compacted[key] = change === null ? [key] : [key, change.value];
    return new MutationTracker({ autoCompact: true, compacted });
  }

  /** The variable that this scope alone has under a name, in the shape of the SDK's lists. */
  #own(key) {
    if (this.#list !== undefined) {
      const variable = this.#list.oneNormalizedVariable(key);
      return variable && variable.disabled !== true ? variable : undefined;
    }
    const change = this.#changes.get(key);
    if (change !== undefined) return change === null ? undefined : change;
    const record = this.#store.records.get(key);
    return record === undefined || record.disabled ? undefined : record;
  }

  #value(found) {
    if (found instanceof Variable) return found.valueOf();
    const value = found.value;
    if (typeof value === "object" && value !== null && this.#store.records.get(found.key) === found) {
      if (!this.#copies.has(found.key)) this.#copies.set(found.key, copy(value));
      return castOut(found, this.#copies.get(found.key));
    }
    return castOut(found, typeof value === "function" ? value() : value);
  }

  get(key) {
    const own = this.#own(key);
    if (own !== undefined) return this.#value(own);
    for (const layer of this.#layers?.() ?? []) {
      const found = layer.#own(key);
      if (found !== undefined) return layer.#value(found);
    }
    return undefined;
  }

  has(key) {
    return this.#own(key) !== undefined || (this.#layers?.() ?? []).some((layer) => layer.#own(key) !== undefined);
  }

  set(key, value, type) {
    const known = this.#store.records.get(key);
    const before = this.#changes.get(key) ?? (known && !known.disabled ? known : undefined);
    const record = { key, type: typeof type === "string" ? type : before?.type };
    record.value = castIn(record, value);
    if (this.#list !== undefined || typeof key !== "string" || key === "") {
      const update = typeof type === "string" ? { key, value, type } : { key, value };
      const variable = this.values.oneNormalizedVariable(key);
      if (variable && !variable.disabled) variable.update(update);
      else this.values.add(update);
    }
    this.#changes.set(String(key), typeof type === "string" ? { ...record, raw: value } : record);
  }

  unset(key) {
    if (this.#list !== undefined) Base.unset.call({ values: this.#list }, key);
    this.#changes.set(String(key), null);
  }

  clear() {
    const known = new Set([...this.#store.records.keys(), ...this.#changes.keys()]);
    for (const key of known) this.#changes.set(key, null);
    this.#list?.clear();
  }

  replaceIn(template) {
    if (typeof template === "string" && !template.includes("{{")) return template;
    // Scripts call it without its object too, for the dynamic variables alone.
    const scopes = typeof this === "object" && #store in this ? [this, ...(this.#layers?.() ?? [])] : [];
    const adapters = scopes.map((scope) =>
      new Adapter((key) => {
        const found = scope.#own(key);
        if (found === undefined) return undefined;
        const value = scope.#value(found);
        // What was set to `undefined` is there, and empty.
        return value === undefined ? "" : value;
      })
    );
    if (typeof template === "string" || Array.isArray(template)) {
      return Property.replaceSubstitutionsIn({ template }, adapters).template;
    }
    return typeof template === "object" && template !== null
      ? Property.replaceSubstitutionsIn(template, adapters)
      : template;
  }

  toJSON() {
    const json = { id: /** @type {any} */ (this).id };
    if (this.name) json.name = this.name;
    const { mutations } = this;
    if (mutations !== undefined) json.mutations = mutations.toJSON();
    return { ...json, values: this.values.toJSON() };
  }

  /** Hand the changes to the run, and make them what the next script finds; start afresh from there. */
  static flush(scope, report) {
    const changes = scope.#changes;
    scope.#changes = new SafeMap();
    scope.#copies = new SafeMap();
    scope.#list = undefined;
    changes.forEach((change, key) => {
      const known = scope.#store.records.get(key);
      if (change === null) {
        if (known?.disabled) return;
        scope.#store.records.delete(key);
        report(scope.#store.name, key, undefined);
        return;
      }
      const raw = "raw" in change ? change.raw : change.value;
      const json = (typeof raw === "object" ? safeJson(raw) : stringify(raw)) ?? "null";
      scope.#store.records.set(key, { key, value: parse(json), type: known?.type });
      report(scope.#store.name, key, json);
    });
  }
}
Object.setPrototypeOf(ScriptScope.prototype, Base);
Object.defineProperty(ScriptScope.prototype, "constructor", { value: VariableScope });

/** What the SDK's substitution takes for one of its lists. */
class Adapter {
  static _postman_propertyName = "VariableList";
  #find;

  constructor(find) {
    this.#find = find;
  }

  oneNormalizedVariable(key) {
    const value = this.#find(key);
    if (value === undefined) return undefined;
    return { toString: () => (value === null ? "null" : typeof value.toString === "function" ? value.toString() : "") };
  }
}

function copy(value) {
  return typeof value === "object" && value !== null ? parse(stringify(value)) : value;
}

/** JSON with the circles cut, for what a script sets is kept whatever it is. */
function safeJson(value) {
  try {
    return stringify(value);
  } catch {
    const path = [];
    return stringify(value, function (_, part) {
      if (typeof part === "bigint") return String(part);
      if (typeof part !== "object" || part === null) return part;
      while (path.length && path[path.length - 1] !== this) path.pop();
      if (path.includes(part)) return undefined;
      path.push(part);
      return part;
    });
  }
}

const SCOPES = ["local", "data", "environment", "collection", "globals"];

/** All scopes that runs have sent, and the view of five of them that each script gets. */
export class Scopes {
  #stores = new SafeMap();

  /** Take what is `fresh`, as `[number, name, id, label, values]` or `[number, changes]`, and forget the numbers `gone`. */
  load({ fresh, gone }) {
    for (let index = 0; index < gone.length; index++) this.#stores.delete(gone[index]);
    for (let index = 0; index < fresh.length; index++) {
      const sent = fresh[index];
      let store = this.#stores.get(sent[0]);
      if (sent.length === 2) {
        store.change(sent[1]);
        continue;
      }
      if (store === undefined) {
        store = new Store(sent[1]);
        this.#stores.set(sent[0], store);
      }
      store.load(sent[2], sent[3], sent[4]);
    }
  }

  /** The scopes of an event, by the numbers of them as a text, in the order of `SCOPES`. */
  pick(now) {
    const numbers = parse(now);
    const picked = { __proto__: null };
    for (let index = 0; index < SCOPES.length; index++) picked[SCOPES[index]] = this.#stores.get(numbers[index]);
    return picked;
  }

  /** The data row as a plain object, which is what the legacy `data` is. */
  row(stores) {
    return Object.fromEntries([...stores.data.records.values()].map(({ key, value }) => [key, copy(value)]));
  }
}

/** The order in which scopes without an id of their own are given one. */
const IN_TURN = ["data", "environment", "collection", "globals", "local"];

/** The scopes of an event as one script sees them, each made when the script looks at it. */
export class ScopeView {
  #stores;
  #draws;
  #promise;
  #ids = { __proto__: null };
  #made = { __proto__: null };
  #layers = () => [this.data, this.environment, this.collection, this.globals];

  constructor(stores, draws) {
    this.#stores = stores;
    this.#draws = draws;
    let missing = 0;
    for (let index = 0; index < IN_TURN.length; index++) {
      const name = IN_TURN[index];
      this.#ids[name] = stores[name].id || missing++;
    }
    if (missing) this.#promise = draws.promise(missing);
  }

  get local() {
    return this.#scope("local", this.#layers);
  }
  get data() {
    return this.#scope("data");
  }
  get environment() {
    return this.#scope("environment");
  }
  get collection() {
    return this.#scope("collection");
  }
  get globals() {
    return this.#scope("globals");
  }

  #scope(name, layers) {
    return (this.#made[name] ??= new ScriptScope(this.#stores[name], layers, () => this.#idOf(name)));
  }

  #idOf(name) {
    const id = this.#ids[name];
    return typeof id === "number" ? this.#draws.promised(this.#promise, id) : id;
  }

  /** Hand the changes to the run. */
  flush(report) {
    for (let index = 0; index < SCOPES.length; index++) {
      const scope = this.#made[SCOPES[index]];
      if (scope !== undefined && SCOPES[index] !== "data") ScriptScope.flush(scope, report);
    }
  }
}
cutOff(ScopeView);
