/**
 * In the place of `deno.land/x/xhr`, where that cannot be fetched. Most functions that import it never
 * use it; one that does is told.
 */

class Missing {
  constructor() {
    throw new Error(
      "XMLHttpRequest is not there: deno.land/x/xhr could not be fetched",
    );
  }
}

Object.defineProperty(globalThis, "XMLHttpRequest", {
  value: Missing,
  configurable: true,
  writable: true,
});

export {};
