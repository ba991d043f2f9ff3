import { numberOf } from "./values.ts";

function same(actual: unknown, expected: unknown): void {
  const [left, right] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (left !== right) throw new Error(`${left} is not ${right}`);
}

Deno.test("a number is read with a decimal comma and in Arabic digits", () => {
  same(["7.5", "7,5", "-3,25", "٧٫٥", " 12 "].map(numberOf), [
    7.5,
    7.5,
    -3.25,
    7.5,
    12,
  ]);
});

Deno.test("a comma that may mark thousands is no number", () => {
  same(["1,500", "1,500,000", "seven"].map(numberOf).map(Number.isNaN), [
    true,
    true,
    true,
  ]);
});
