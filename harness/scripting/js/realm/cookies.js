/** `pm.cookies` and `pm.cookies.jar()`. Source: postman-sandbox, `lib/sandbox/cookie-jar.js`. */
import sdk from "#postman-collection";

const stringify = JSON.stringify;
const parse = JSON.parse;

export function toCookie(sent) {
  return new sdk.Cookie({
    name: sent.name,
    value: sent.value,
    domain: sent.domain,
    path: sent.path,
    secure: sent.secure,
    httpOnly: sent.httpOnly,
    hostOnly: sent.hostOnly,
    expires: sent.expires === null ? null : new Date(sent.expires * 1000),
    maxAge: sent.maxAge ?? null,
  });
}

export function cookieList(sent) {
  return new sdk.CookieList(null, sent.map(toCookie));
}

function address(url, method) {
  const made = sdk.Url.isUrl(url) ? url : url && typeof url === "string" ? new sdk.Url(url) : null;
  if (!made) throw new TypeError(`CookieJar.${method}() requires a valid url`);
  return made;
}

/** RFC 6265, 5.1.4. */
function defaultPath(path) {
  const end = path.lastIndexOf("/");
  return end <= 0 ? "/" : path.slice(0, end);
}

function covers(domain, host) {
  return host === domain || (host.endsWith(`.${domain}`) && !/^[\d.]+$/.test(host));
}

/** A `Set-Cookie` text, read as loosely as newman does: a lone word is a value without a name. */
function fromText(text) {
  if (text === "") throw new Error("Cookie failed to parse");
  const [first, ...attributes] = text.split(";");
  const pair = first.replace(/^\s*=/, "");
  const equals = pair.indexOf("=");
  const cookie = {
    name: equals <= 0 ? "" : pair.slice(0, equals).trim(),
    value: equals <= 0 ? pair.trim() : pair.slice(equals + 1).trim(),
  };
  for (const attribute of attributes) {
    const [, key, , value = ""] = /^\s*([^=\s]*)\s*(=\s*(.*?)\s*)?$/.exec(attribute) ?? [];
    switch ((key ?? "").toLowerCase()) {
      case "domain":
        cookie.domain = value;
        break;
      case "path":
        if (value.startsWith("/")) cookie.path = value;
        break;
      case "secure":
        cookie.secure = true;
        break;
      case "httponly":
        cookie.httpOnly = true;
        break;
      case "max-age":
        cookie.maxAge = Number(value);
        break;
      case "expires":
        cookie.expires = value;
        break;
    }
  }
  return cookie;
}

function expiry({ maxAge, expires }) {
  if (typeof maxAge === "number" && !Number.isNaN(maxAge)) return Date.now() / 1000 + maxAge;
  if (expires === undefined || expires === null || expires === "Infinity") return null;
  const time = new Date(expires).getTime();
  return Number.isNaN(time) ? null : time / 1000;
}

/** What the jar is to hold, or the error that tough-cookie gives. */
function placed(given, url) {
  const host = url.getHost().toLowerCase();
  const wanted = given.domain ? String(given.domain).replace(/^\./, "").toLowerCase() : "";
  if (wanted && !covers(wanted, host)) {
    throw new Error(`Cookie not in this host's domain. Cookie:${wanted} Request:${host}`);
  }
  return {
    name: String(given.name ?? given.key ?? ""),
    value: String(given.value ?? ""),
    domain: wanted || host,
    hostOnly: !wanted,
    path: given.path || defaultPath(url.getPath() || "/"),
    secure: Boolean(given.secure),
    httpOnly: Boolean(given.httpOnly),
    expires: expiry(given),
  };
}

export class CookieJar {
  #ask;
  #later;
  #answers;

  constructor(ask, later, answers) {
    this.#ask = ask;
    this.#later = later;
    this.#answers = answers;
  }

  #cookies(url) {
    return parse(this.#ask("cookies", stringify({ url: url.toString(true) })));
  }

  /** Run `work` as an event of its own and give its outcome to `settle(error, result)`. */
  #soon(work, settle) {
    this.#later(() => {
      let result;
      try {
        result = work();
      } catch (error) {
        settle(error);
        return;
      }
      settle(null, result);
    });
  }

  /**
   * newman looks at the arguments at once, and wants a callback where there is something to tell. The
   * current sandbox answers a call without one by a promise, and tells either of wrong arguments.
   */
  #answer(prepare, callback, wanted) {
    if (!this.#answers.promises) {
      const work = prepare(() => {
        if (wanted && typeof callback !== "function") {
          throw new TypeError(`CookieJar.${wanted}() requires a callback function`);
        }
      });
      this.#soon(work, (error, result) => {
        if (typeof callback === "function") callback(error, result);
      });
      return undefined;
    }
    if (callback === undefined) {
      return new Promise((resolve, reject) => {
        this.#soon(prepare(() => {}), (error, result) => (error === null ? resolve(result) : reject(error)));
      });
    }
    if (typeof callback !== "function" && wanted) throw new TypeError("callback needs to be a function");
    const tell = typeof callback === "function" ? callback : () => {};
    try {
      this.#soon(prepare(() => {}), tell);
    } catch (error) {
      this.#later(() => tell(error));
    }
    return undefined;
  }

  get(url, name, callback) {
    return this.#answer(
      (needsCallback) => {
        const target = address(url, "get");
        needsCallback();
        if (typeof name !== "string") throw new TypeError("CookieJar.get() requires cookie name to be a string");
        return () => {
          const found = this.#cookies(target).find((cookie) => cookie.name === name);
          return found ? toCookie(found).valueOf() : null;
        };
      },
      callback,
      "get",
    );
  }

  getAll(url, options, callback) {
    if (typeof options === "function" && !callback) [options, callback] = [{}, options];
    if (options === undefined && this.#answers.promises) options = {};
    return this.#answer(
      (needsCallback) => {
        const target = address(url, "getAll");
        needsCallback();
        if (typeof options !== "object") throw new TypeError("CookieJar.getAll() requires options to be an object");
        return () =>
          cookieList(
            this.#cookies(target).filter((cookie) =>
              (options?.http !== false || !cookie.httpOnly) && (options?.secure !== false || !cookie.secure)
            ),
          );
      },
      callback,
      "getAll",
    );
  }

  set(url, name, value, callback) {
    if (typeof value === "function" && !callback) [value, callback] = [null, value];
    return this.#answer(() => {
      const target = address(url, "set");
      let given;
      if (name && value) given = { name, value };
      else if (typeof name === "object") given = name ?? {};
      else if (typeof name === "string") given = undefined;
      else throw new TypeError("CookieJar.set() requires a valid set cookie arguments");
      return () => {
        const read = given ?? fromText(name);
        const cookie = placed(read, target);
        this.#ask("set_cookie", stringify({ url: target.toString(true), cookie }));
        return toCookie({ ...cookie, maxAge: read.maxAge });
      };
    }, callback);
  }

  unset(url, name, callback) {
    return this.#answer(() => {
      const target = address(url, "unset");
      if (typeof name !== "string") throw new TypeError("CookieJar.unset() requires cookie name to be a string");
      return () => void this.#ask("clear_cookies", stringify({ url: target.toString(true), name }));
    }, callback);
  }

  clear(url, callback) {
    return this.#answer(() => {
      const target = address(url, "clear");
      return () => void this.#ask("clear_cookies", stringify({ url: target.toString(true) }));
    }, callback);
  }
}
