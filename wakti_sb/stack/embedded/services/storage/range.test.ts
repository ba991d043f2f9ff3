import assert from "node:assert/strict";
import { parseRange } from "./range.ts";

Deno.test("a range is cut to the file", () => {
  assert.deepEqual(parseRange("bytes=0-0", 10), { start: 0, end: 1 });
  assert.deepEqual(parseRange("bytes=2-99", 10), { start: 2, end: 10 });
  assert.deepEqual(parseRange("bytes=2-", 10), { start: 2, end: 10 });
  assert.deepEqual(parseRange("bytes=-3", 10), { start: 7, end: 10 });
  assert.deepEqual(parseRange("bytes=-99", 10), { start: 0, end: 10 });
});

Deno.test("a range behind the file cannot be sent", () => {
  for (
    const [header, size] of [["bytes=10-", 10], ["bytes=0-", 0], [
      "bytes=-0",
      9,
    ]] as const
  ) {
    assert.equal(parseRange(header, size), "unsatisfiable");
  }
});

Deno.test("everything else means the whole file", () => {
  for (
    const header of [
      null,
      "",
      "lines=1-2",
      "bytes=1-2,4-5",
      "bytes=-",
      "bytes=5-2",
      "x",
    ]
  ) {
    assert.equal(parseRange(header, 10), null);
  }
});
