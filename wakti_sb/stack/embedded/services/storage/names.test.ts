import assert from "node:assert/strict";
import {
  allowsType,
  checkedBucketName,
  checkedKey,
  parseSize,
} from "./names.ts";

Deno.test("a key has S3's characters and no way up", () => {
  for (const key of ["a", "a/b c.txt", "a..b", "(1)!'&$@=;:+,?*", ".hidden"]) {
    assert.equal(checkedKey(key), key);
  }
  const bad = [
    "",
    "..",
    "a/../b",
    "./a",
    "a\\b",
    "ä",
    "a\0",
    "a%",
    "x".repeat(1025),
  ];
  for (const key of bad) {
    assert.throws(() => checkedKey(key), { name: "Problem" }, key);
  }
});

Deno.test("a bucket's name has no folders", () => {
  assert.equal(checkedBucketName("project-uploads"), "project-uploads");
  for (const name of ["", "a/b", " a", "ä", "x".repeat(101)]) {
    assert.throws(() => checkedBucketName(name), { name: "Problem" }, name);
  }
});

Deno.test("types are compared without parameters and case, families as a whole", () => {
  assert.ok(allowsType(null, "anything/at-all"));
  assert.ok(allowsType([], "anything/at-all"));
  assert.ok(allowsType(["text/plain"], "Text/Plain; charset=utf-8"));
  assert.ok(allowsType(["image/*"], "image/png"));
  assert.ok(!allowsType(["image/*"], "imagery/png"));
  assert.ok(!allowsType(["image/png"], "image/svg+xml"));
  assert.ok(!allowsType(["image/png"], ""));
});

Deno.test("sizes are numbers or have the platform's units", () => {
  assert.equal(parseSize(10), 10);
  assert.equal(parseSize("10MB"), 10_000_000);
  assert.equal(parseSize("1.5kb"), 1500);
  assert.equal(parseSize(null), null);
  for (const value of ["10", "much", -1, 1.5, {}, true]) {
    assert.equal(parseSize(value), undefined);
  }
});
