import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";

import { ApiError } from "./errors.ts";
import { fileType } from "./filetypes.ts";

const encoder = new TextEncoder();

function bytesOf(...parts: (string | number[])[]): Uint8Array<ArrayBuffer> {
  const all = parts.flatMap((part) =>
    typeof part === "string" ? [...encoder.encode(part)] : part
  );
  return new Uint8Array(all);
}

const png = bytesOf(
  [0x89],
  "PNG\r\n",
  [0x1a],
  "\n",
  [0, 0, 0, 13],
  "IHDR",
  Array(17).fill(0),
  [0, 0, 0, 0],
  "IDAT",
);
const compound = bytesOf(
  [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1],
  Array(600).fill(0),
);
const svg = '<svg xmlns="http://www.w3.org/2000/svg"><circle r="5"/></svg>';

for (
  const [what, bytes, claimed, name, type, servedAs] of [
    [
      "a PNG that claims to be a page",
      png,
      "text/html",
      "a.html",
      "image/png",
      "image/png",
    ],
    [
      "a PDF",
      bytesOf("%PDF-1.7\n"),
      "",
      "a",
      "application/pdf",
      "application/pdf",
    ],
    [
      "a GIF that is a script too",
      bytesOf("GIF89a/*", Array(20).fill(0), "*/=1;"),
      "text/javascript",
      "a.js",
      "image/gif",
      "image/gif",
    ],
    [
      "an old Word document",
      compound,
      "",
      "a.DOC",
      "application/msword",
      "application/msword",
    ],
    [
      "a text",
      bytesOf("hello"),
      "text/plain;charset=utf-8",
      "a.txt",
      "text/plain",
      "text/plain",
    ],
    [
      "a table",
      bytesOf("a,b\n1,2\n"),
      "application/vnd.ms-excel",
      "a.csv",
      "text/csv",
      "text/csv",
    ],
    [
      "a text without a type",
      bytesOf("a,b\n"),
      "application/octet-stream",
      "a.csv",
      "text/csv",
      "text/csv",
    ],
    [
      "JSON",
      bytesOf('{"a":1}'),
      "application/json",
      "a.json",
      "application/json",
      "application/json",
    ],
    [
      "JSON that is none",
      bytesOf("{a"),
      "application/json",
      "a.json",
      "text/plain",
      "text/plain",
    ],
    [
      "a text that begins like a bitmap",
      bytesOf("BMW is a maker of cars"),
      "text/plain",
      "a.txt",
      "text/plain",
      "text/plain",
    ],
    [
      "a drawing",
      bytesOf(svg),
      "image/svg+xml",
      "a.svg",
      "image/svg+xml",
      "image/svg+xml",
    ],
    [
      "a drawing with a script",
      bytesOf(svg.replace("<circle", "<script/><circle")),
      "image/svg+xml",
      "a.svg",
      "image/svg+xml",
      "text/plain",
    ],
    [
      "a drawing that claims to be a text",
      bytesOf(svg),
      "text/plain",
      "a.txt",
      "text/plain",
      "text/plain",
    ],
  ] as const
) {
  Deno.test(`${what} is ${type}, served as ${servedAs}`, async () => {
    assert.deepEqual(await fileType(bytes, claimed, name), { type, servedAs });
  });
}

for (
  const [what, bytes, claimed, name] of [
    [
      "a page",
      bytesOf("<!doctype html><script>1</script>"),
      "text/html",
      "a.html",
    ],
    ["a script", bytesOf("alert(1)"), "text/javascript", "a.js"],
    [
      "a program",
      bytesOf([0x7f], "ELF", Array(60).fill(0)),
      "image/png",
      "a.png",
    ],
    [
      "noise that claims to be a picture",
      bytesOf([1, 2, 3, 4]),
      "image/png",
      "a.png",
    ],
    [
      "a text that claims to be a picture",
      bytesOf("hello"),
      "image/png",
      "a.png",
    ],
    [
      "a text with control characters",
      bytesOf("a\u0001b"),
      "text/plain",
      "a.txt",
    ],
    ["an unknown document in a compound file", compound, "", "a.bin"],
    [
      "a gzip bomb",
      new Uint8Array(gzipSync(new Uint8Array(50_000_000))),
      "application/zip",
      "a.zip",
    ],
    ["XML", bytesOf("<?xml version='1.0'?><a/>"), "application/xml", "a.xml"],
  ] as const
) {
  Deno.test(`${what} is not taken`, async () => {
    await assert.rejects(
      fileType(bytes, claimed, name),
      (error) => (error as ApiError).code === "file_type_not_allowed",
    );
  });
}
