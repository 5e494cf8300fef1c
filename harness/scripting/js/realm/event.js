/** What the scripts of one event share. What they seldom look at stays with the engine until they do. */
import { cutOff } from "./natives.js";

const { parse } = JSON;

export class Event {
  kind;
  draws;
  scopes;
  body;
  visualization;
  #host;
  #number;
  #facts;
  #request;

  constructor(host, number, kind, body, draws, scopes) {
    this.#host = host;
    this.#number = number;
    this.kind = kind;
    this.body = body;
    this.draws = draws;
    this.scopes = scopes;
  }

  #part(name) {
    return parse(this.#host("part", this.#number, name));
  }

  /** An event that is over has no facts any more. */
  get #known() {
    return (this.#facts ??= this.#part("facts") ?? { info: {}, location: [] });
  }
  get info() {
    return this.#known.info;
  }
  get location() {
    return this.#known.location;
  }

  /** The request's JSON, as the scripts before have left it. */
  get request() {
    return (this.#request ??= this.#part("request"));
  }
  set request(changed) {
    this.#request = changed;
  }

  get response() {
    return this.#part("response");
  }
  get cookies() {
    return this.#part("cookies") ?? [];
  }
}
cutOff(Event);
