/**
 * Stand-ins for libraries that others require when they are loaded, but seldom use: small ones of our own,
 * and doors that load the real one when it is needed.
 */

const EXTENSIONS = {
  "application/json": "json",
  "text/html": "html",
  "text/plain": "txt",
  "text/xml": "xml",
  "application/xml": "xml",
  "text/css": "css",
  "text/csv": "csv",
  "application/javascript": "js",
  "image/png": "png",
  "image/jpeg": "jpeg",
  "application/pdf": "pdf",
  "application/octet-stream": "bin",
};

/** `draws` are those of the event that is at work: `id` draws one, `faker` is the seed of the faker. */
export function sharedLibraries(library, draws) {
  let drawnBy;

  const faker = new Proxy({}, {
    get: (_, section) =>
      new Proxy({}, {
        get: (_, name) => (...args) => {
          const real = library("faker");
          if (drawnBy !== draws.current) {
            drawnBy = draws.current;
            real.seed(drawnBy.faker);
          }
          return real[section][name](...args);
        },
      }),
  });

  const mimeTypes = {
    extension: (type) => EXTENSIONS[type] ?? library("mime-types").extension(type),
    lookup: (path) => library("mime-types").lookup(path),
    charset: (type) => library("mime-types").charset(type),
    contentType: (type) => library("mime-types").contentType(type),
  };

  const isUtf8 = (charset) => /^utf-?8$/i.test(String(charset));
  const unmarked = (text) => (text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  const iconv = {
    encodingExists: (charset) => isUtf8(charset) || library("iconv-lite").encodingExists(charset),
    decode: (
      buffer,
      charset,
    ) => (isUtf8(charset) ? unmarked(buffer.toString("utf8")) : library("iconv-lite").decode(buffer, charset)),
    encode: (text, charset) => library("iconv-lite").encode(text, charset),
  };

  const v4 = () => draws.current.id();
  const modules = {
    "@faker-js/faker/locale/en": () => faker,
    "mime-types": () => mimeTypes,
    "iconv-lite": () => iconv,
    uuid: () => ({ v4 }),
    buffer: () => library("buffer"),
    timers: () => library("timers"),
    fs: () => ({}),
    os: () => ({}),
    http: () => ({}),
    crypto: () => undefined,
    jquery: () => undefined,
  };
  return modules;
}
