import { readCsv, writeCsv } from "./csv.ts";
import { parseCsv, parseJson } from "./import.ts";

function same(actual: unknown, expected: unknown): void {
  const [left, right] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (left !== right) throw new Error(`${left} is not ${right}`);
}

Deno.test("a value that a spreadsheet would run is text in the export", () => {
  const text = writeCsv(["a"], [["=1+1"], ["+cmd"], ["-2+3"], ["@x"], ["\t="]]);
  const cells = text.slice(1).trimEnd().split("\r\n").slice(1);
  same(cells, ["'=1+1", "'+cmd", "'-2+3", "'@x", `"'\t="`]);
});

Deno.test("a name of a field that a spreadsheet would run is text too", () => {
  same(writeCsv(["=x"], []).slice(1), "'=x\r\n");
});

Deno.test("a number keeps its sign in the export", () => {
  same(writeCsv(["a"], [[-5]]).slice(1), "a\r\n-5\r\n");
});

Deno.test("what was exported is read back as it was", () => {
  const rows = [["a", '"q", x'], ["=1+1", "two\nlines"], ["", "مرحبا 🙂"]];
  same(readCsv(writeCsv(["h", "i"], rows)), [["h", "i"], ...rows]);
});

Deno.test("semicolons and tabs separate where the first line uses them", () => {
  same(readCsv("a;b\n1;2\n"), [["a", "b"], ["1", "2"]]);
  same(readCsv("a\tb\n1\t2"), [["a", "b"], ["1", "2"]]);
});

Deno.test("a column of numbers is read as numbers, a postal code as text", () => {
  const { documents } = parseCsv(
    "price,code,on\n9.5,01234,true\n-3,10115,false",
  );
  same(documents, [
    { price: 9.5, code: "01234", on: true },
    { price: -3, code: "10115", on: false },
  ]);
});

Deno.test("a row that does not fit is left out with its number", () => {
  const { documents, skipped } = parseCsv("a\n1\n2,3\n");
  same(documents, [{ a: 1 }]);
  same(skipped, [{ row: 2, reason: "shape" }]);
});

Deno.test("only objects come out of a JSON file", () => {
  const { documents, skipped } = parseJson('[{"a":1}, 2, null]');
  same(documents, [{ a: 1 }]);
  same(skipped.map(({ row }) => row), [2, 3]);
});

Deno.test("a document nested too deep is left out", () => {
  const deep = `${'{"a":'.repeat(33)}1${"}".repeat(33)}`;
  same(parseJson(deep).skipped, [{ row: 1, reason: "deep" }]);
});
