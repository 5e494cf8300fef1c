/** Where a script uses names that it does not declare. */
import { placeAt } from "./syntax.js";

/** The first use of each of `names` as `{name, place}`; none of a name that the script declares anywhere. */
export function firstUses(program, names, text) {
  const uses = new Map();
  const declared = new Set();
  visit(program, (identifier, declares) => {
    if (!names.includes(identifier.name)) return;
    if (declares) declared.add(identifier.name);
    else if (!uses.has(identifier.name)) uses.set(identifier.name, placeAt(text, identifier.loc.start));
  });
  return [...uses].filter(([name]) => !declared.has(name)).map(([name, place]) => ({ name, place }));
}

/** Which children of a node bind the names in them; the others use them. */
const BINDING = {
  VariableDeclarator: ["id"],
  FunctionDeclaration: ["id", "params"],
  FunctionExpression: ["id", "params"],
  ArrowFunctionExpression: ["params"],
  ClassDeclaration: ["id"],
  ClassExpression: ["id"],
  CatchClause: ["param"],
};

/** Which children of a node are mere names when they are not computed. */
const NAMING = {
  MemberExpression: "property",
  Property: "key",
  MethodDefinition: "key",
  PropertyDefinition: "key",
  LabeledStatement: "label",
  BreakStatement: "label",
  ContinueStatement: "label",
};

function visit(node, see, binds = false) {
  if (Array.isArray(node)) {
    for (const each of node) visit(each, see, binds);
    return;
  }
  if (node === null || typeof node !== "object" || typeof node.type !== "string") return;
  if (node.type === "Identifier") {
    see(node, binds);
    return;
  }
  for (const key of Object.keys(node)) {
    if (key === NAMING[node.type] && !node.computed) continue;
    const binding = BINDING[node.type]?.includes(key);
    // A pattern binds on, but not in its defaults.
    visit(node[key], see, binding || (binds && !(node.type === "AssignmentPattern" && key === "right")));
  }
}
