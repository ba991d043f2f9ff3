import { isTooWide, plainOrigin } from "./origins.ts";

function equal(actual: unknown, expected: unknown): void {
  if (actual !== expected) throw new Error(`${actual} is not ${expected}`);
}

Deno.test("an origin has one form", () => {
  equal(
    plainOrigin(" HTTPS://Shop.Example.com:443/ "),
    "https://shop.example.com",
  );
  equal(plainOrigin("https://*.Example.com"), "https://*.example.com");
  equal(plainOrigin("https://shop.example.com/page"), null);
  equal(plainOrigin("shop.example.com"), null);
});

Deno.test("a wildcard that lets in whoever buys a name is refused", () => {
  for (
    const wide of [
      "https://*.com",
      "http://*.com:8080",
      "https://*.localhost",
      "https://*.co.uk",
      "https://*.com.sa.",
      "https://*.github.io",
    ]
  ) {
    equal(isTooWide(wide), true);
    equal(plainOrigin(wide), null);
  }
  for (
    const narrow of [
      "https://*.example.com",
      "https://*.shop.co.uk",
      "https://*.me.github.io",
      "https://example.com",
    ]
  ) {
    equal(isTooWide(narrow), false);
    equal(plainOrigin(narrow), narrow);
  }
});
