import assert from "node:assert/strict";
import { exactNumber, parserOf, rfc3339 } from "./values.ts";

Deno.test("times are RFC 3339", () => {
  const times = {
    "2026-11-22 20:03:36+00": "2026-11-22T20:03:36+00:00",
    "2026-11-22 20:03:36.123456+05:30": "2026-11-22T20:03:36.123456+05:30",
    "2026-11-22 20:03:36-03": "2026-11-22T20:03:36-03:00",
    "2026-11-22 20:03:36": "2026-11-22T20:03:36",
    "infinity": "infinity",
    "0044-03-15 12:00:00 BC": "0044-03-15 12:00:00 BC",
  };
  for (const [text, time] of Object.entries(times)) {
    assert.equal(rfc3339(text), time);
  }
});

Deno.test("numbers keep their digits in JSON", () => {
  const numbers = {
    "5": "5",
    "-1.5": "-1.5",
    "1.10": "1.1",
    "100": "100",
    "9007199254740993": "9007199254740993",
    "12345678901234567890.5": "12345678901234567890.5",
    "0.00000000000000000001": "0.00000000000000000001",
    "NaN": '"NaN"',
    "Infinity": '"Infinity"',
  };
  for (const [text, json] of Object.entries(numbers)) {
    assert.equal(JSON.stringify(exactNumber(text)), json);
  }
});

Deno.test("values are read by their type", () => {
  assert.equal(parserOf(16)("t"), true);
  assert.deepEqual(parserOf(3802)('{"a": [1]}'), { a: [1] });
  assert.deepEqual(parserOf(1009)('{a,"b c",NULL}'), ["a", "b c", null]);
  assert.deepEqual(parserOf(1185)('{"2026-11-22 20:03:36+00"}'), [
    "2026-11-22T20:03:36+00:00",
  ]);
  assert.equal(parserOf(99999)("as it is"), "as it is");
});
