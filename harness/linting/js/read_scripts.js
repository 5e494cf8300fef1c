/** What scripts say, without running them: Deno gives V8's word on syntax, acorn the tree that the rest is read from. */

const MOST_READ = 2_000_000;
const LONGEST_TEXT = 100_000;
const SCOPES = new Set(["environment", "globals", "collectionVariables", "variables"]);
const LEGACY_SETTERS = new Set(["setEnvironmentVariable", "setGlobalVariable"]);
const NAMING_CALLS = new Set(["set", "upsert", "add", ...LEGACY_SETTERS]);

const chunks = [];
for await (const chunk of Deno.stdin.readable) chunks.push(chunk);
const given = JSON.parse(await new Blob(chunks).text());
const acorn = { exports: {} };
new Function(`return ${given.parser}`)()(acorn, acorn.exports);
const Script = /** @type {FunctionConstructor} */ ((async () => {}).constructor);

function fault(source) {
  try {
    new Script(source);
    return null;
  } catch (error) {
    return String(error.message);
  }
}

function told(source) {
  if (source.length > MOST_READ) return {};
  try {
    const tree = acorn.exports.parse(source, {
      ecmaVersion: "latest",
      sourceType: "script",
      allowReturnOutsideFunction: true,
      allowAwaitOutsideFunction: true,
    });
    return new Reading(source, tree).told();
  } catch (error) {
    // What V8 refuses is told by its message; what is nested too deeply to be walked is left alone.
    if (error instanceof SyntaxError || error instanceof RangeError) return {};
    throw error;
  }
}

function* children(node) {
  for (const [key, value] of Object.entries(node)) {
    if (key === "start" || key === "end" || key === "type") continue;
    for (const one of Array.isArray(value) ? value : [value]) {
      if (typeof one?.type === "string") yield one;
    }
  }
}

/** All nodes of a tree in the order of the text, each with the one that holds it. */
function* nodes(root) {
  const waiting = [[root, undefined]];
  while (waiting.length) {
    const [node, holder] = waiting.pop();
    yield [node, holder];
    for (const child of [...children(node)].reverse()) waiting.push([child, node]);
  }
}

/** The names that a pattern binds. */
function* bound(pattern) {
  if (pattern?.type === "Identifier") yield pattern.name;
  else if (pattern?.type === "ObjectPattern") {
    for (const one of pattern.properties) yield* bound(one.value ?? one.argument);
  } else if (pattern?.type === "ArrayPattern") { for (const one of pattern.elements) yield* bound(one); }
  else if (pattern?.type === "AssignmentPattern") yield* bound(pattern.left);
  else if (pattern?.type === "RestElement") yield* bound(pattern.argument);
}

class Reading {
  constructor(source, tree) {
    this.breaks = [...source.matchAll(/\n/g)].map(({ index }) => index);
    this.all = [...nodes(tree)];
    this.bindings = new Map();
    this.aliases = new Map();
    this.constants = new Map();
    for (const [node] of this.all) this.#declare(node);
    for (const [node] of this.all) this.#alias(node);
    this.references = new Set(this.all.filter(refers).map(([node]) => node.name));
    this.evals = this.all.some(([node]) =>
      node.type === "Identifier" && (node.name === "eval" || node.name === "Function")
    );
  }

  told() {
    const variables = this.#variables();
    return {
      paths: this.#paths().map((path) => path.map(([name, offset]) => [String(name), this.#line(offset)])),
      dead: this.#dead().map((offset) => this.#line(offset)),
      named: this.#named().map(([name, text, offset]) => [name, text, this.#line(offset)]),
      templates: variables.templates.map(([text, offset]) => [text, this.#line(offset)]),
      sets: variables.sets,
      words: variables.computed || this.evals ? this.#words() : [],
    };
  }

  /** How many lines stand above an offset. */
  #line(offset) {
    let [low, high] = [0, this.breaks.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.breaks[middle] < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #declare(node) {
    const names = node.type === "VariableDeclarator"
      ? [...bound(node.id)]
      : /Function/.test(node.type)
      ? [...(node.id ? [node.id.name] : []), ...node.params.flatMap((one) => [...bound(one)])]
      : node.type === "CatchClause"
      ? [...bound(node.param)]
      : [];
    for (const name of names) this.bindings.set(name, (this.bindings.get(name) ?? 0) + 1);
  }

  #alias(node) {
    if (node.type !== "VariableDeclarator" || !node.init) return;
    const path = this.path(node.init)?.map(([name]) => name);
    if (node.id.type === "Identifier" && this.bindings.get(node.id.name) === 1) {
      if (path) this.aliases.set(node.id.name, path);
      const text = this.text(node.init);
      if (text !== undefined) this.constants.set(node.id.name, text);
    }
    if (node.id.type !== "ObjectPattern" || !path) return;
    for (const one of node.id.properties) {
      const local = one.value?.type === "AssignmentPattern" ? one.value.left : one.value;
      const key = one.computed ? undefined : one.key?.name ?? one.key?.value;
      if (key !== undefined && local?.type === "Identifier" && this.bindings.get(local.name) === 1) {
        this.aliases.set(local.name, [...path, key]);
      }
    }
  }

  /** `pm.environment.get` as names with their offsets; `()` stands for a call. Undefined for anything else. */
  path(node) {
    if (node.type === "ChainExpression" || node.type === "AwaitExpression") {
      return this.path(node.expression ?? node.argument);
    }
    if (node.type === "Identifier") {
      if ((node.name === "pm" || node.name === "postman") && !this.bindings.has(node.name)) {
        return [[node.name, node.start]];
      }
      return this.aliases.get(node.name)?.map((name) => [name, node.start]);
    }
    if (node.type === "CallExpression") {
      const callee = this.path(node.callee);
      return callee && [...callee, ["()", node.start]];
    }
    if (node.type !== "MemberExpression") return undefined;
    const name = node.computed ? this.text(node.property) : node.property.name;
    const object = this.path(node.object);
    return object && name !== undefined ? [...object, [name, node.property.start]] : undefined;
  }

  /** The text that an expression always is, unless it is put together to more than anybody needs. */
  text(node) {
    if (node?.type === "Literal" && typeof node.value === "string") return node.value;
    if (node?.type === "TemplateLiteral" && !node.expressions.length) return node.quasis[0].value.cooked;
    if (node?.type === "Identifier") return this.constants.get(node.name);
    if (node?.type === "BinaryExpression" && node.operator === "+") {
      const [left, right] = [this.text(node.left), this.text(node.right)];
      if (left === undefined || right === undefined || left.length + right.length > LONGEST_TEXT) return undefined;
      return left + right;
    }
    return undefined;
  }

  #paths() {
    const found = [];
    const inner = new Set();
    const allowed = new Set();
    for (const [node, holder] of this.all) {
      if (node.type === "VariableDeclarator" && node.id.type === "ObjectPattern" && node.init) {
        const path = this.path(node.init);
        for (const one of path ? node.id.properties : []) {
          const key = one.computed ? undefined : one.key?.name ?? one.key?.value;
          if (key !== undefined && one.value?.type !== "AssignmentPattern") found.push([...path, [key, one.start]]);
        }
      }
      if (node.type !== "MemberExpression" || inner.has(node)) {
        if (inner.has(node)) this.#inside(node, inner);
        continue;
      }
      this.#inside(node, inner);
      const path = this.path(node);
      if (!path) continue;
      if (asked(node, holder)) allowed.add(joined(path));
      for (let one = node, depth = path.length; one?.type === "MemberExpression"; one = one.object) {
        depth -= 1;
        if (one.optional) allowed.add(joined(path.slice(0, depth)));
      }
      found.push(path);
    }
    const isAllowed = (path) => path.some((_, at) => allowed.has(joined(path.slice(0, at + 1))));
    return found.filter((path) => !isAllowed(path));
  }

  #inside(node, inner) {
    let object = node.object;
    while (object?.type === "CallExpression" || object?.type === "ChainExpression") {
      object = object.callee ?? object.expression;
    }
    if (object?.type === "MemberExpression") inner.add(object);
  }

  #variables() {
    const sets = [];
    const templates = [];
    let computed = false;
    for (const [node] of this.all) {
      if (node.type !== "CallExpression") continue;
      const path = this.path(node.callee)?.map(([name]) => name);
      const last = path?.at(-1) ??
        (node.callee.type === "MemberExpression" && !node.callee.computed ? node.callee.property.name : "");
      const [first] = node.arguments;
      const text = this.text(first);
      if (path?.[0] === "pm" && SCOPES.has(path[1]) && path[2] === "replaceIn" && text !== undefined) {
        templates.push([text, first.start]);
      }
      const ofScope = path?.[0] === "pm" && SCOPES.has(path[1]) && path.length === 3;
      const ofSomebody = !path && last === "set" && node.callee.object.type !== "NewExpression";
      if (!(last === "set" && (ofScope || ofSomebody)) && !LEGACY_SETTERS.has(last)) continue;
      if (text !== undefined) sets.push(text);
      else if (ofScope || LEGACY_SETTERS.has(last)) computed = true;
    }
    return { sets, templates, computed };
  }

  /** All texts and keys of a script that sets variables by names which it puts together. */
  #words() {
    const words = new Set();
    for (const [node] of this.all) {
      const text = this.text(node) ?? (node.type === "Property" && !node.computed ? node.key.name : undefined);
      if (text !== undefined && text.length < 200) words.add(text);
    }
    return [...words].slice(0, 10_000);
  }

  /** Texts with the name that they are given: `[name, text, offset]`. */
  #named() {
    const found = [];
    const add = (name, value) => {
      const text = value && value.type !== "Identifier" ? this.text(value) : undefined;
      if (typeof name === "string" && text) found.push([name, text, value.start]);
    };
    for (const [node] of this.all) {
      if (node.type === "VariableDeclarator") add(node.id.name, node.init);
      else if (node.type === "AssignmentExpression") {
        add(
          node.left.name ?? (node.left.computed ? this.text(node.left.property) : node.left.property?.name),
          node.right,
        );
      } else if (node.type === "Property") {
        add(node.computed ? this.text(node.key) : node.key.name ?? node.key.value, node.value);
      } else if (node.type === "ObjectExpression") {
        const values = Object.fromEntries(node.properties.map((one) => [one.key?.name ?? one.key?.value, one.value]));
        add(this.text(values.key ?? values.name), values.value);
      } else if (node.type === "CallExpression" && NAMING_CALLS.has(node.callee.property?.name)) {
        add(this.text(node.arguments[0]), node.arguments[1]);
      }
    }
    return found;
  }

  /** The offsets of tests that no run reaches. */
  #dead() {
    const found = new Set();
    const bury = (node) => {
      const test = node && this.#firstTest(node);
      if (test) found.add(test.start);
    };
    for (const [node, holder] of this.all) {
      const list = Array.isArray(node.body) ? node.body : node.type === "SwitchCase" ? node.consequent : [];
      const end = list.findIndex(ends);
      if (end >= 0) { for (const one of list.slice(end + 1)) if (one.type !== "FunctionDeclaration") bury(one); }
      if (node.type === "IfStatement" || node.type === "ConditionalExpression") {
        const sure = constant(node.test);
        if (sure !== undefined) bury(sure ? node.alternate : node.consequent);
      }
      if (node.type === "WhileStatement" && constant(node.test) === false) bury(node.body);
      if (node.type === "LogicalExpression" && constant(node.left) === (node.operator === "||")) {
        if (node.operator !== "??") bury(node.right);
      }
      if (!this.evals && this.#isUncalled(node, holder)) bury(node);
    }
    return [...found];
  }

  #isUncalled(node, holder) {
    const isFunction = node.type === "FunctionDeclaration" ||
      (holder?.type === "VariableDeclarator" && /^(Arrow)?Function/.test(node.type));
    const name = isFunction && (node.type === "FunctionDeclaration" ? node.id.name : holder.id.name);
    if (!name) return false;
    return !this.references.has(name);
  }

  #firstTest(node) {
    for (const [one] of nodes(node)) {
      if (one.type !== "CallExpression") continue;
      const path = this.path(one.callee)?.map(([name]) => name).join(".");
      if (path === "pm.test") return one;
    }
    return undefined;
  }
}

function joined(path) {
  return path.map(([name]) => name).join(".");
}

/** Whether a node speaks of something by its name, rather than naming it or a member of something else. */
function refers([node, holder]) {
  return node.type === "Identifier" && holder.id !== node &&
    !(holder.type === "MemberExpression" && holder.property === node && !holder.computed);
}

/** Whether a name is asked for, or made, where it stands: it may well be missing. */
function asked(node, holder) {
  switch (holder?.type) {
    case "UnaryExpression":
      return holder.operator === "typeof" || holder.operator === "!" || holder.operator === "delete";
    case "IfStatement":
    case "ConditionalExpression":
    case "WhileStatement":
      return holder.test === node;
    case "LogicalExpression":
      return true;
    case "BinaryExpression":
      return [holder.left, holder.right].some((one) => one.name === "undefined" || one.raw === "null");
    case "AssignmentExpression":
      return holder.left === node;
    case "CallExpression":
      return holder.optional && holder.callee === node;
    default:
      return false;
  }
}

/** Whether nothing behind a statement of a list is reached. */
function ends(node) {
  switch (node?.type) {
    case "ReturnStatement":
    case "ThrowStatement":
    case "BreakStatement":
    case "ContinueStatement":
      return true;
    case "BlockStatement":
      return node.body.some(ends);
    case "IfStatement":
      return ends(node.consequent) && ends(node.alternate);
    default:
      return false;
  }
}

/** Whether an expression is always true or always false. */
function constant(node) {
  if (node.type === "Literal" && !node.regex) return Boolean(node.value);
  if (node.type === "UnaryExpression" && node.operator === "!") {
    const inner = constant(node.argument);
    return inner === undefined ? undefined : !inner;
  }
  return undefined;
}

console.log(JSON.stringify(given.scripts.map((source) => ({ error: fault(source), ...told(source) }))));
