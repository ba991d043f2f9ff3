import assert from "node:assert/strict";

import { arriving, type Pace } from "./arrival.ts";
import { Deadline } from "./deadline.ts";

function request(body: ReadableStream<Uint8Array>): Request {
  return new Request("http://site.test/", { method: "POST", body });
}

/** A body that sends these pieces and then nothing more, without ending. */
function silent(...sizes: number[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    pull(controller) {
      const size = sizes.shift();
      if (size !== undefined) controller.enqueue(new Uint8Array(size));
      return size === undefined ? new Promise(() => {}) : undefined;
    },
  });
}

async function sizeOf(
  body: ReadableStream<Uint8Array>,
  pace: Pace,
  limit = 1_000,
): Promise<number> {
  let size = 0;
  for await (
    const chunk of arriving(
      request(body),
      limit,
      pace,
      "file_too_large",
      new Deadline(),
    )
  ) size += chunk.byteLength;
  return size;
}

const patient: Pace = { whole: 60_000, window: 60_000, least: 0 };

Deno.test("a body that falls silent is given up long before it could have been whole", async () => {
  const pace = { ...patient, window: 10, least: 100 };
  await assert.rejects(sizeOf(silent(10), pace), { code: "invalid_json" });
});

Deno.test("a body that ends in time may be slow", async () => {
  const body = new Blob([new Uint8Array(20)]).stream();
  assert.equal(await sizeOf(body, { ...patient, least: 100 }), 20);
});

Deno.test("time in which the caller waits for us does not count", async () => {
  const body = new Blob([new Uint8Array(20)]).stream();
  const pace = { whole: 1_000, window: 1_000, least: 100 };
  let size = 0;
  for await (
    const chunk of arriving(
      request(body),
      100,
      pace,
      "file_too_large",
      new Deadline(),
    )
  ) {
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    size += chunk.byteLength;
  }
  assert.equal(size, 20);
});

Deno.test("a caller that is refused may finish what it is sending", async () => {
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent++;
      if (sent > 10) controller.close();
      else controller.enqueue(new Uint8Array(10));
    },
  }, { highWaterMark: 0 });
  for await (
    const _ of arriving(
      request(body),
      1_000,
      patient,
      "file_too_large",
      new Deadline(),
    )
  ) break;
  assert.equal(sent, 11);
});

Deno.test("a body that is too large is not read on", async () => {
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.enqueue(new Uint8Array(100));
    },
  });
  await assert.rejects(sizeOf(endless, patient), { code: "file_too_large" });
});
