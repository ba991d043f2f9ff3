import { CsvError } from "./csv.ts";
import { render } from "./export.ts";
import { asStored, byteSize, parse, parseCsv, parseJson } from "./import.ts";

function same(actual: unknown, expected: unknown): void {
  const [left, right] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (left !== right) throw new Error(`${left} is not ${right}`);
}

const data = ({ found }: ReturnType<typeof parse>) =>
  found.map((one) => one.data);

function fault(text: string): unknown {
  try {
    parseCsv(text);
  } catch (error) {
    if (error instanceof CsvError) return error.fault;
    throw error;
  }
  return null;
}

Deno.test("a column of numbers is read as numbers, a postal code as text", () => {
  const parsed = parseCsv("price,code,on\n9.5,01234,true\n-3,10115,false");
  same(data(parsed), [
    { price: 9.5, code: "01234", on: true },
    { price: -3, code: "10115", on: false },
  ]);
});

Deno.test("a row that does not fit is left out with its number", () => {
  const parsed = parseCsv("a\n1\n2,3\n");
  same(data(parsed), [{ a: 1 }]);
  same(parsed.skipped, [{ row: 2, reason: "shape" }]);
});

Deno.test("only objects come out of a JSON file", () => {
  const parsed = parseJson('[{"a":1}, 2, null]');
  same(data(parsed), [{ a: 1 }]);
  same(parsed.skipped.map(({ row }) => row), [2, 3]);
});

Deno.test("a document nested too deep is left out", () => {
  const deep = `${'{"a":'.repeat(33)}1${"}".repeat(33)}`;
  same(parseJson(deep).skipped, [{ row: 1, reason: "deep" }]);
});

Deno.test("numbers in Arabic-Indic and Persian digits are numbers", () => {
  same(data(parseCsv("price\n١٢٫٥\n۳\n٤٬٥٠٠")), [
    { price: 12.5 },
    { price: 3 },
    { price: 4500 },
  ]);
  same(data(parseCsv("phone\n٠٥٠١٢٣٤\n")), [{ phone: "٠٥٠١٢٣٤" }]);
});

Deno.test("two columns of one name are refused, and of two names read", () => {
  same(fault("a,b,a\n1,2,3"), { kind: "twice", name: "a" });
  same(fault("a, a\n1,2"), { kind: "twice", name: "a" });
  same(data(parseCsv("a,A\n1,2")), [{ a: 1, A: 2 }]);
});

Deno.test("a column without a name is refused only where it has values", () => {
  same(fault("a,\n1,2"), { kind: "unnamed", column: 2 });
  same(data(parseCsv("a,\n1,")), [{ a: 1 }]);
});

Deno.test("a quote that is never closed is refused with its line", () => {
  same(fault('a,b\n1,"two\nthree,4\n'), { kind: "quote", line: 2 });
  same(data(parseCsv('a\n"two\nthree"')), [{ a: "two\nthree" }]);
});

Deno.test("the answer of the site API is read as its items, a document as itself", () => {
  const item = { id: "7", data: { a: 1 }, created_at: "2026-01-01" };
  same(parseJson(JSON.stringify({ items: [item], total: 1 })).found, [
    { data: { a: 1 }, id: "7" },
  ]);
  const order = { items: [{ a: 1 }], customer: "Sara" };
  same(data(parseJson(JSON.stringify(order))), [order]);
});

Deno.test("an exported file tells which item each row was", () => {
  const csv = "id,sort_order,created_at,updated_at,name,id\n7,1,x,y,Soup,9";
  same(
    parseCsv(csv).found.map(({ data, id }) => ({ data, id })),
    [{ data: { name: "Soup", id: 9 }, id: "7" }],
  );
  same(parseCsv("id,name\n7,Soup").found, [
    { data: { id: 7, name: "Soup" }, id: null },
  ]);
});

Deno.test("an exported row that comes back changes what was changed and nothing else", () => {
  const stored = {
    code: "012",
    year: "2026",
    note: null,
    text: "",
    tags: ["a"],
    sign: "'=1",
    price: 7,
    " spaced": 1,
  };
  const own = {
    id: "7",
    sort_order: null,
    created_at: "x",
    updated_at: "y",
  };
  const csv = render([{ own, data: stored }, {
    own: { ...own, id: "8" },
    data: { tags: "none" },
  }], "csv");
  const back = (text: string) => {
    const [first] = parseCsv(text).found;
    return first && asStored(first, stored);
  };
  same(back(csv), stored);
  same(back(csv.replace(",7,", ",8,")), { ...stored, price: 8 });
  const { tags: _, ...rest } = stored;
  same(back(csv.replace('"[""a""]"', "")), rest);
});

Deno.test("what is text in the collection is read as text, whatever it looks like", () => {
  const fields = [{ name: "zip", type: "text" }, {
    name: "price",
    type: "number",
  }] as const;
  same(data(parse("zip,price\n10115,7", fields)), [{ zip: "10115", price: 7 }]);
  same(data(parse("zip,price\n10115,7")), [{ zip: 10115, price: 7 }]);
});

Deno.test("a decimal comma is read where another character separates", () => {
  same(data(parse("a;b\n7,5;1,500\n-3,25;2,000")), [
    { a: 7.5, b: "1,500" },
    { a: -3.25, b: "2,000" },
  ]);
  same(data(parse('a,b\n"7,5",1')), [{ a: "7,5", b: 1 }]);
});

Deno.test("names that every object inherits are fields like others", () => {
  const text = '[{"constructor": "Bob", "__proto__": {"a": 1}, "toString": 2}]';
  const [document] = data(parse(text));
  same(Object.keys(document ?? {}), ["constructor", "__proto__", "toString"]);
  same(data(parseCsv("__proto__,length\nx,2")).map(Object.entries), [
    [["__proto__", "x"], ["length", 2]],
  ]);
});

Deno.test("an item of exactly the most bytes goes in, one of a byte more does not", () => {
  const most = { a: "x".repeat(262_144 - '{"a":""}'.length) };
  same(byteSize(most), 262_144);
  same(parseJson(JSON.stringify(most)).skipped, []);
  same(parseJson(JSON.stringify({ a: `${most.a}x` })).skipped, [
    { row: 1, reason: "large" },
  ]);
});
