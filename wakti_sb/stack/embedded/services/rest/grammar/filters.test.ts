import assert from "node:assert/strict";
import { expression, plainExpression } from "./filters.ts";
import { parse, rest } from "./parser.ts";

Deno.test("the short way through the grammar leads where the long one does", () => {
  const texts = [
    "eq.5",
    "not.eq.5",
    "eq.",
    "neq.a.b",
    "like.*x*",
    "ilike.(any)",
    "cs.{1,2}",
    "not.adj.[1,2)",
    "gte.\n",
    "match.^a.*$",
  ];
  for (const text of texts) {
    const long = parse(expression(rest), "text", text);
    assert.deepEqual(plainExpression(text), long, text);
  }
});

Deno.test("what is not plain takes the long way", () => {
  for (
    const text of [
      "eq(any).{1}",
      "in.(1,2)",
      "is.null",
      "fts.x",
      "isdistinct.1",
      "eq5",
      "noteq.1",
      "not.not.eq.1",
      "constructor.1",
      "",
    ]
  ) assert.equal(plainExpression(text), null, text);
});
