import { filtersOf, nextSort, sortOf } from "./arrange.ts";

function equal(actual: unknown, expected: unknown): void {
  const [left, right] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (left !== right) throw new Error(`${left} is not ${right}`);
}

Deno.test("an address that means nothing is no filter and no order", () => {
  for (const text of ["", "{}", "[", "null", '[null,1,{"field":"a"}]']) {
    equal(filtersOf(text), []);
  }
  const strange = { field: "a,b", operator: "is", value: "x" };
  equal(filtersOf(JSON.stringify([strange])), []);
  for (const text of ["", "price", "price.x", ".a", "a->b.a"]) {
    equal(sortOf(text), null);
  }
});

Deno.test("a filter and an order are read as they were written", () => {
  const filter = { field: "السعر", operator: "least", value: "5" } as const;
  equal(filtersOf(JSON.stringify([filter])), [filter]);
  equal(sortOf("my field.d"), { field: "my field", down: true });
});

Deno.test("a column sorts up, then down, then not at all", () => {
  const up = nextSort(null, "price");
  equal(up, { field: "price", down: false });
  const down = nextSort(up, "price");
  equal(down, { field: "price", down: true });
  equal(nextSort(down, "price"), null);
  equal(nextSort(down, "name"), { field: "name", down: false });
});
