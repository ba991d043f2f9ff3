import assert from "node:assert/strict";

import { bodyKind, isDeeper, readBytes, readJson, storable } from "./body.ts";
import { Deadline } from "./deadline.ts";
import { ApiError } from "./errors.ts";

function request(body: BodyInit, headers?: HeadersInit): Request {
  return new Request("http://site.test/", { method: "POST", body, headers });
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof ApiError) return error.code;
    throw error;
  }
  return "none";
}

for (
  const [type, kind] of [
    ["application/json", "json"],
    ["application/json; charset=UTF-8", "json"],
    ["text/plain;charset=utf-8", "json"],
    ["application/vnd.api+json", "json"],
    ["Multipart/Form-Data; boundary=x", "form"],
    ["application/x-www-form-urlencoded;charset=UTF-8", "encoded"],
  ] as const
) {
  Deno.test(`${type} is read as ${kind}`, () => {
    assert.equal(bodyKind(new Headers({ "content-type": type })), kind);
  });
}

for (
  const type of [
    "application/xml",
    "application/json; charset=utf-16",
    "text/html",
    "nonsense",
  ]
) {
  Deno.test(`${type} is refused`, () => {
    assert.throws(
      () => bodyKind(new Headers({ "content-type": type })),
      (error) => (error as ApiError).code === "unsupported_media_type",
    );
  });
}

Deno.test("a body without a content type is JSON", () => {
  assert.equal(bodyKind(new Headers()), "json");
});

for (const encoding of ["gzip", "br", "deflate, gzip", "x"]) {
  Deno.test(`a body in ${encoding} is refused and not unpacked`, () => {
    assert.throws(
      () => bodyKind(new Headers({ "content-encoding": encoding })),
      (error) => (error as ApiError).code === "unsupported_media_type",
    );
  });
}

Deno.test("a body that is not encoded may say so", () => {
  assert.equal(
    bodyKind(new Headers({ "content-encoding": "identity" })),
    "json",
  );
});

for (
  const [what, body] of [
    ["no body", ""],
    ["half an object", '{"a":'],
    ["a list", "[1]"],
    ["a number", "1"],
    ["null", "null"],
    ["bytes that are no UTF-8", new Uint8Array([0x7b, 0xff, 0x7d])],
    ["UTF-16", new Uint8Array([0x7b, 0, 0x7d, 0])],
    ["a number beyond all bounds", '{"a": 1e400}'],
    ["a very long number", `{"a": ${"9".repeat(400)}}`],
    ["5,000 levels", "[".repeat(5000) + "]".repeat(5000)],
    ["5,000 levels left open", '{"a":'.repeat(5000)],
    ["a comment", '{"a": 1} // b'],
  ] as const
) {
  Deno.test(`${what} is invalid JSON`, async () => {
    assert.equal(
      await codeOf(readJson(request(body), new Deadline())),
      "invalid_json",
    );
  });
}

Deno.test("long runs of digits are looked at once", async () => {
  const runs = `${"9".repeat(308)},`.repeat(3_000);
  const started = performance.now();
  await readJson(request(`{"a":[${runs}1]}`), new Deadline());
  assert.ok(performance.now() - started < 2_000);
});

Deno.test("a name like __proto__ stays a name", async () => {
  const value = await readJson(
    request('{"__proto__": {"admin": true}, "a": 1}'),
    new Deadline(),
  );
  assert.equal(Object.getPrototypeOf(value), Object.prototype);
  assert.equal(storable(value), '{"__proto__":{"admin":true},"a":1}');
});

Deno.test("nesting counts brackets, not characters in texts", () => {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  assert.equal(isDeeper(bytes('{"a":"[[[[\\"[[[["}'), 1), false);
  assert.equal(isDeeper(bytes("[[1],[2],[3]]"), 2), false);
  assert.equal(isDeeper(bytes("[[[1]]]"), 2), true);
});

for (const isAnnounced of [true, false]) {
  Deno.test(`a body of exactly the allowed size is read: ${isAnnounced}`, async () => {
    const size = 1024 * 1024;
    const sent = (length: number): Request => {
      const text = `{"a":"${"x".repeat(length - 8)}"}`;
      const body = isAnnounced ? text : new Blob([text]).stream();
      return request(
        body,
        isAnnounced ? { "content-length": `${length}` } : {},
      );
    };
    assert.equal(
      String((await readJson(sent(size), new Deadline())).a).length,
      size - 8,
    );
    assert.equal(
      await codeOf(readJson(sent(size + 1), new Deadline())),
      "body_too_large",
    );
  });
}

Deno.test("a body that announces too much is refused unread", async () => {
  const body = request("{}", { "content-length": "2000000" });
  assert.equal(await codeOf(readJson(body, new Deadline())), "body_too_large");
  assert.equal(body.bodyUsed, false);
});

for (
  const [what, headers] of [
    ["of unknown length", {}],
    [
      "in chunks, whatever length it names besides,",
      { "content-length": "2", "transfer-encoding": "chunked" },
    ],
  ] as const
) {
  Deno.test(`a body ${what} is counted as it comes`, async () => {
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 65_536;
        controller.enqueue(new Uint8Array(65_536).fill(0x20));
      },
    });
    const body = request(endless, headers);
    assert.equal(
      await codeOf(readJson(body, new Deadline())),
      "body_too_large",
    );
    assert.ok(sent < 1_300_000, `${sent} bytes were taken`);
  });
}

Deno.test("a body that a server lets grow past its length is refused unparsed", async () => {
  const body = request(" ".repeat(2_000_000), { "content-length": "2" });
  assert.equal(await codeOf(readJson(body, new Deadline())), "body_too_large");
});

for (const headers of [{}, { "content-length": "20" }] as HeadersInit[]) {
  Deno.test(`a body that does not end is given up: ${JSON.stringify(headers)}`, async () => {
    const silent = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new Uint8Array([0x7b]));
      },
    });
    const body = request(silent, headers);
    const pace = { whole: 10, window: 10, least: 0 };
    const reading = readBytes(body, 100, pace, new Deadline());
    assert.equal(await codeOf(reading), "invalid_json");
  });
}

Deno.test("what the database cannot hold is refused by its place", () => {
  for (const text of ["a\0b", "\ud800", "\udfff\ud800"]) {
    for (const data of [{ a: text }, { a: [{ b: text }] }, { [text]: 1 }]) {
      assert.throws(
        () => storable(data),
        (error) => (error as ApiError).code === "invalid_field",
      );
    }
  }
});

Deno.test("what only looks like an escape is kept", () => {
  assert.equal(storable({ a: "\\u0000 😀" }), '{"a":"\\\\u0000 😀"}');
});
