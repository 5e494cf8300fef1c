// A request and its response beside each other, with the way that led there.

import { decodedPair, headerOf, renderBody } from "./body.js";
import { asCurl } from "./curl.js";
import { codeClass, copy, h, span, UNANSWERED } from "./elements.js";
import { asHttpie } from "./httpie.js";
import { isMasked, withMasks } from "./masks.js";
import { table } from "./tables.js";
import { bytes, counted, duration } from "./units.js";
import { link } from "./words.js";

export function renderExchange(exchange) {
  const response = exchange.response;
  const sent = h(
    "section",
    null,
    h(
      "h3",
      null,
      "Request",
      h("button", { type: "button", onclick: () => copy(asCurl(exchange), "curl command") }, "Copy as curl"),
      h("button", { type: "button", onclick: () => copy(asHttpie(exchange), "HTTPie command") }, "Copy as HTTPie"),
    ),
    renderHops(exchange),
    h(
      "p",
      { class: "request-line" },
      h("b", null, exchange.method),
      exchange.method === "GET" && /^https?:/.test(exchange.url) && !isMasked(exchange.url)
        ? link(exchange.url, exchange.url)
        : withMasks(exchange.url),
    ),
    renderQuery(exchange.url),
    renderHeaders(exchange.headers),
    renderBody(exchange.body, headerOf(exchange.headers, "content-type"), "Body"),
  );
  if (!response) {
    const failure = exchange.failure || { message: "no answer", kind: "" };
    return h(
      "div",
      { class: "pair" },
      sent,
      h(
        "section",
        null,
        h("h3", null, "Response"),
        h(
          "div",
          { class: "unanswered" },
          h("p", { class: "failed" }, UNANSWERED[failure.kind] || "No answer came."),
          failure.code && !failure.message.includes(failure.code) ? h("p", { class: "mono" }, failure.code) : null,
          h("p", { class: "mono" }, failure.message),
        ),
      ),
    );
  }
  return h(
    "div",
    { class: "pair" },
    sent,
    h(
      "section",
      null,
      h("h3", null, "Response"),
      h(
        "p",
        { class: "request-line" },
        h("b", { class: codeClass(response.status) }, `${response.status} ${response.reason}`),
        span(
          `${duration(response.elapsed)}, HTTP/${response.version}${
            response.wire ? `, ${bytes(response.wire)} on the wire` : ""
          }`,
          "quiet",
        ),
      ),
      renderHeaders(response.headers),
      renderBody(response.body, headerOf(response.headers, "content-type"), "Body"),
      (exchange.cookies || []).length
        ? h(
          "details",
          { class: "cookies" },
          h("summary", null, counted(exchange.cookies.length, "cookie")),
          table(["Name", "Value", "Domain", "Path"], exchange.cookies.map((one) => one.slice(0, 4))),
        )
        : null,
    ),
  );
}

// The way to the answer: redirects, and requests that an auth sent anew. The last hop is the exchange itself.
function renderHops(exchange) {
  const before = (exchange.hops || []).slice(0, exchange.response ? -1 : undefined);
  if (!before.length) return null;
  return h(
    "details",
    { class: "hops", open: before.length < 6 },
    h("summary", null, `${counted(before.length, "hop")} before`),
    h(
      "ol",
      null,
      before.map(([method, url, status, reason, location, ms]) =>
        h(
          "li",
          null,
          h("div", { class: "mono" }, h("b", null, method), " ", url),
          h(
            "div",
            { class: "mono" },
            span(`${status} ${reason || ""}`, codeClass(status)),
            span(` ${duration(ms || 0)}`, "quiet"),
            location ? [" → ", location] : null,
          ),
        )
      ),
    ),
  );
}

function renderQuery(url) {
  const query = url.split("#")[0].split("?").slice(1).join("?");
  const pairs = query ? query.split("&").map(decodedPair) : [];
  if (pairs.length < 2) return null;
  return h("details", null, h("summary", null, counted(pairs.length, "query parameter")), table(null, pairs));
}

function renderHeaders(headers) {
  if (!headers.length) return null;
  return h("details", null, h("summary", null, counted(headers.length, "header")), table(null, headers));
}
