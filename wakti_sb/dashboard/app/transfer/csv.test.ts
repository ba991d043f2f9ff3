import { readCsv, writeCsv } from "./csv.ts";

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
  const rows = [["a", '"q", x'], ["=1+1", "two\nlines"], ["'=1", "مرحبا 🙂"]];
  same(readCsv(writeCsv(["h", "i"], rows)), [["h", "i"], ...rows]);
});

Deno.test("a separator that Excel names in a line of its own is no row", () => {
  same(readCsv("\ufeffsep=;\r\na,b;c\r\n1;2"), [["a,b", "c"], ["1", "2"]]);
  same(readCsv("sep=x\n1"), [["sep=x"], ["1"]]);
});

Deno.test("semicolons and tabs separate where the first line uses them", () => {
  same(readCsv("a;b\n1;2\n"), [["a", "b"], ["1", "2"]]);
  same(readCsv("a\tb\n1\t2"), [["a", "b"], ["1", "2"]]);
});
