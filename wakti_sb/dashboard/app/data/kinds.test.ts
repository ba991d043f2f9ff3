import { chipsOf, kindOf } from "./kinds.ts";

function same(actual: unknown, expected: unknown): void {
  const [left, right] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (left !== right) throw new Error(`${left} is not ${right}`);
}

Deno.test("a value decides how it is edited, whatever its field is called", () => {
  same(kindOf("x", "2026-02-28"), "date");
  same(kindOf("x", "2026-02-28T10:30"), "time");
  same(kindOf("x", "#00ff7A"), "color");
  same(kindOf("x", "https://example.com/a.PNG?v=1"), "image");
  same(kindOf("x", "https://example.com/"), "link");
  same(kindOf("date", "next week"), "line");
  same(kindOf("image", "a\nb"), "long");
});

Deno.test("what only looks like a date, a colour or a link is a line", () => {
  same(kindOf("x", "2026-13-45"), "line");
  same(kindOf("x", "2026-02-28 10:30"), "line");
  same(kindOf("x", "#00ff7"), "line");
  same(kindOf("x", "javascript:alert(1)//https://example.com"), "line");
});

Deno.test("an empty field is edited by what its name says", () => {
  same(kindOf("cover_image", ""), "image");
  same(kindOf("date", ""), "date");
  same(kindOf("update", ""), "line");
});

Deno.test("a list of texts has entries, another one is JSON", () => {
  same(chipsOf('["a", "b"]'), ["a", "b"]);
  same(chipsOf(""), []);
  same(chipsOf('["a", 1]'), null);
  same(chipsOf("[a"), null);
});
