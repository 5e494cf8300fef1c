/** `pm.sendRequest` and `pm.execution.runRequest`. */
import sdk from "#postman-collection";
import { cookieList } from "./cookies.js";
import { makeResponse } from "./messages.js";
import { NativePromise, toText } from "./natives.js";

const { Request, Response } = sdk;
const stringify = JSON.stringify;
const parse = JSON.parse;

/** Scripts may not upload files: they are taken out, with a warning. */
function withoutFiles(json, warn) {
  const body = json.body;
  if (!body) return json;
  if (body.mode === "file") {
    json.body = null;
    warn("uploading files from scripts is not allowed");
  } else if (body.mode === "formdata" && Array.isArray(body.formdata)) {
    const kept = body.formdata.filter((part) => part?.type !== "file");
    if (kept.length < body.formdata.length) warn("uploading files from scripts is not allowed");
    body.formdata = kept;
  }
  return json;
}

/** Of Linux, where newman runs most; libuv's own for names that are not found. */
const NUMBERS = {
  ECONNREFUSED: -111,
  ECONNRESET: -104,
  ETIMEDOUT: -110,
  EHOSTUNREACH: -113,
  ENETUNREACH: -101,
  ENOTFOUND: -3008,
  EAI_AGAIN: -3001,
};

/** The fields that Node gives a system's error, read from its message: `connect ECONNREFUSED 127.0.0.1:1`. */
function systemFields({ code, message }) {
  if (!code) return {};
  const fields = code in NUMBERS ? { errno: NUMBERS[code], code } : { code };
  const [, call, target] = /^(connect|getaddrinfo|read|write) E\w+ ?(.*)$/.exec(message) ?? [];
  if (call) fields.syscall = call;
  if (call === "getaddrinfo" && target) fields.hostname = target;
  const [, address, port] = call === "connect" ? /^(.+):(\d+)$/.exec(target) ?? [] : [];
  if (address) Object.assign(fields, { address, port: Number(port) });
  return fields;
}

/** newman's callback gets what JSON leaves of the error, the system's fields; Postman's a message, too. */
function failure(sent, answers) {
  const fields = systemFields(sent);
  const told = { ...fields, name: sent.name ?? "Error", message: sent.message };
  if (answers.errorInstances) {
    // An `Error` loses its fields in the sandbox's JSON; this one keeps what Postman's has.
    const toJSON = { __proto__: null, value: () => ({ ...told }), writable: true, configurable: true };
    return Object.defineProperty(Object.assign(new Error(sent.message), fields), "toJSON", toJSON);
  }
  return answers.errorMessages ? told : fields;
}

export function makeSender({ defer, later, flush, answers, warn, engine }) {
  const exchange = (kind, json, settle) =>
    defer(kind, json, (reply) => {
      const sent = parse(reply);
      if (sent === null) return settle(undefined, null);
      if (sent.failure) return settle(failure(sent.failure, answers));
      const history = { cookies: cookieList(sent.cookies) };
      return settle(undefined, makeResponse(sent.response, engine), history);
    });

  const send = (given, settle) => {
    const request = Request.isRequest(given) ? given : new Request(given);
    exchange("send", stringify(withoutFiles(request.toJSON(), warn)), settle);
  };

  function sendWithCallback(given, callback) {
    if (!given) {
      const tell = () =>
        typeof callback === "function" && callback.call(this, new Error("sendrequest: nothing to request"));
      if (!answers.promises) return tell();
      later(tell);
      return this;
    }
    send(given, (error, response, history) => {
      if (typeof callback !== "function") return;
      if (error !== undefined && answers.emptyResponseOnError) callback.call(this, error, new Response(), undefined);
      else if (error !== undefined) callback.call(this, error);
      else callback.call(this, null, response, history);
    });
    return this;
  }

  function sendRequest(given, callback) {
    if (!answers.promises || typeof callback === "function") return sendWithCallback.call(this, given, callback);
    return new NativePromise((resolve, reject) => {
      if (!given) reject(new Error("sendrequest: nothing to request"));
      else send(given, (error, response) => (error === undefined ? resolve(response) : reject(error)));
    });
  }

  function runRequest(target, options) {
    return new NativePromise((resolve, reject) => {
      if (!target) {
        reject(new Error("runRequest: collection request id not provided"));
        return;
      }
      flush();
      exchange(
        "run_request",
        stringify({ target: toText(target), options: options || {} }),
        (error, response) => error === undefined ? resolve(response) : reject(error),
      );
    });
  }

  return { sendRequest, runRequest };
}
