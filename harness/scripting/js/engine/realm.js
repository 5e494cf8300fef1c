/** The scripts' realm: a V8 context of its own, and the one function that leads out of it. */
import vm from "node:vm";

const decoder = new TextDecoder();

/** `compiled` is given what libraries are compiled to, by name. */
export function openRealm(boot, chunk, operations, compiled = undefined) {
  const context = vm.createContext(vm.constants.DONT_CONTEXTIFY);
  // Each is a function around the library's own text, with V8's code cache of it where that fits this V8.
  const compile = (name) => {
    const [source, cachedData] = chunk(name) ?? [];
    if (source === undefined) return undefined;
    const script = new vm.Script(decoder.decode(source), {
      filename: `${name}.js`,
      ...(cachedData.length > 0 ? { cachedData } : {}),
    });
    compiled?.set(name, script);
    return script.runInContext(context);
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
