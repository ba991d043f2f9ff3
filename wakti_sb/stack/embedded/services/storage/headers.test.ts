import assert from "node:assert/strict";
import { headersOf, isFresh, rangeOf } from "./headers.ts";

const CHANGED = "2026-01-02T03:04:05.678+00:00";
const URL_ = new URL("http://localhost/x");

function of(mimetype: unknown): Headers {
  return headersOf({ mimetype }, CHANGED, URL_);
}

Deno.test("a page is text, however its type is written", () => {
  for (const type of ["text/html", "Text/HTML", "TEXT/html ; charset=utf-8"]) {
    assert.equal(of(type).get("content-type"), "text/plain");
    assert.equal(of(type).get("x-content-type-options"), "nosniff");
  }
  assert.equal(of("text/htmlx").get("content-type"), "text/htmlx");
});

Deno.test("what a browser could run is in a sandbox, pictures and documents are not", () => {
  for (
    const type of [
      "application/xhtml+xml",
      "Application/XML",
      "text/xml",
      "image/svg+xml",
      "IMAGE/SVG+XML",
      "application/octet-stream",
    ]
  ) {
    assert.equal(of(type).get("content-security-policy"), "sandbox", type);
  }
  for (const type of ["image/png", "application/pdf", "video/mp4"]) {
    assert.equal(of(type).get("content-security-policy"), null, type);
  }
});

Deno.test("a row that somebody wrote by SQL is served all the same", () => {
  const bad = {
    mimetype: "a\nb",
    cacheControl: "größer",
    eTag: 5,
    lastModified: "soon",
  };
  const headers = headersOf(bad, CHANGED, URL_);
  assert.equal(headers.get("content-type"), "application/octet-stream");
  assert.equal(headers.get("cache-control"), "no-cache");
  assert.equal(headers.get("etag"), null);
  assert.equal(headers.get("last-modified"), "Fri, 02 Jan 2026 03:04:05 GMT");
});

Deno.test("half a character in a download's name breaks nothing", () => {
  const url = new URL("http://localhost/x?download=%ED%A0%80.txt");
  assert.ok(headersOf(null, CHANGED, url).get("content-disposition"));
});

const OWN = new Headers({
  etag: '"a"',
  "last-modified": "Fri, 02 Jan 2026 03:04:05 GMT",
});

function asking(headers: Record<string, string>): Request {
  return new Request("http://localhost/", {
    headers: { range: "bytes=1-", ...headers },
  });
}

Deno.test("a part is sent only to who has a part of the same file", () => {
  for (const same of ['"a"', "Fri, 02 Jan 2026 03:04:05 GMT"]) {
    assert.equal(rangeOf(asking({ "if-range": same }), OWN), "bytes=1-");
  }
  for (
    const other of ['"b"', 'W/"a"', "Fri, 02 Jan 2026 03:04:06 GMT", "soon"]
  ) {
    assert.equal(rangeOf(asking({ "if-range": other }), OWN), null);
  }
  assert.equal(rangeOf(asking({}), OWN), "bytes=1-");
});

Deno.test("a copy is fresh by its tag, else by its time", () => {
  assert.ok(isFresh(asking({ "if-none-match": 'W/"a", "b"' }), OWN));
  assert.ok(!isFresh(asking({ "if-none-match": '"b"' }), OWN));
  assert.ok(!isFresh(asking({}), OWN));
});
