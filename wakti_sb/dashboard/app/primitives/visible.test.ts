import { friendly, visible } from "./visible.ts";

function same(actual: unknown, expected: unknown): void {
  const [left, right] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (left !== right) throw new Error(`${left} is not ${right}`);
}

Deno.test("what could not be seen is a mark", () => {
  same(visible("a\u202eb\x07\n"), "a⟦U+202E⟧b⟦U+0007⟧\n");
});

Deno.test("a field's name is written as people write names", () => {
  const names = {
    price: "Price",
    first_name: "First name",
    firstName: "First name",
    "opening-hours": "Opening hours",
    "e-mail": "E-mail",
    siteURL: "Site URL",
    field_199: "Field 199",
    _gotcha: "Gotcha",
    "الاسم_الكامل": "الاسم الكامل",
  };
  same(Object.keys(names).map(friendly), Object.values(names));
});

Deno.test("a name that was written for people stays as it is", () => {
  const names = ["Full Name", "your name", "___", "", "VAT", "a\u202e b"];
  same(names.map(friendly), [
    "Full Name",
    "your name",
    "___",
    "",
    "VAT",
    "a⟦U+202E⟧ b",
  ]);
});
