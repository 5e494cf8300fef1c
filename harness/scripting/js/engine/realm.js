/** The scripts' realm: a V8 context of its own, and the one function that leads out of it. */
import vm from "node:vm";

const decoder = new TextDecoder();

export function openRealm(boot, chunk, operations) {
  const context = vm.createContext(vm.constants.DONT_CONTEXTIFY);
  const parameters = [
    "module",
    "exports",
    "require",
    "Buffer",
    "process",
    "global",
    "setTimeout",
    "console",
  ];
  const compile = (name) => {
    const bytes = chunk(name);
    if (bytes === undefined) return undefined;
    return vm.compileFunction(decoder.decode(bytes), parameters, { parsingContext: context, filename: `${name}.js` });
  };
  // What scripts write themselves is compiled as they are told; a text says why it cannot be.
  const compilePackage = (name, source, given) => {
    const names = ["exports", "module", ...String(given).split(" ").filter(Boolean)];
    try {
      return vm.compileFunction(String(source), names, {
        parsingContext: context,
        filename: `package ${String(name)}`,
      });
    } catch ({ message }) {
      return String(message);
    }
  };
  const calls = Object.assign(Object.create(null), operations, {
    chunk: (name) => compile(String(name)),
    compile: compilePackage,
  });
  const call = (operation, a, b, c, d, e, f, g) => calls[operation](a, b, c, d, e, f, g);

  const prelude = vm.runInContext("({ exports: {} })", context);
  compile("prelude")(prelude, prelude.exports);
  return { context, realm: prelude.exports.start(call, JSON.stringify(boot.answers), boot.seed) };
}
