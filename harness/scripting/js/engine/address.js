/** Addresses taken apart for the realm, which has no `URL` of its own. */

const { URL } = globalThis;

/** JSON of an address's parts, after one of them was set if one is named; empty when it is none. */
export function addressParts(text, base, part, value) {
  try {
    const url = new URL(String(text), base === undefined ? undefined : String(base));
    if (part !== undefined) url[part] = String(value);
    const { href, origin, protocol, username, password, host, hostname, port, pathname, search, hash } = url;
    return JSON.stringify({
      href,
      origin,
      protocol,
      username,
      password,
      host,
      hostname,
      port,
      pathname,
      search,
      hash,
    });
  } catch {
    return "";
  }
}
