import { complete, type FullFeatures } from "./features.ts";
import { isOpen, opened, rightsIn, rightsOf } from "./rights.ts";

function equal(actual: unknown, expected: unknown): void {
  const [left, right] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (left !== right) throw new Error(`${left} is not ${right}`);
}

Deno.test("nothing said means anybody", () => {
  const rights = rightsOf({});
  equal(Object.values(rights), ["public", "public", "public", "public"]);
  equal(isOpen(rights), true);
});

Deno.test("write stands for three rights, and a right's own word goes before it", () => {
  equal(rightsOf({ write: "owner", create: "public" }), {
    read: "public",
    create: "public",
    update: "owner",
    delete: "owner",
  });
  equal(rightsOf({ write: "site_users" }), {
    read: "public",
    create: "site_users",
    update: "own",
    delete: "own",
  });
});

Deno.test("a collection's own word goes before the one for all, right by right", () => {
  const { collections }: FullFeatures = complete({
    collections: {
      delete: "owner",
      write: "own",
      overrides: {
        menu: { write: "public" },
        toString: { read: "owner" as const },
      },
    },
  });
  equal(rightsIn(collections, "menu").delete, "public");
  equal(rightsIn(collections, "other").delete, "owner");
  equal(rightsIn(collections, "constructor").read, "public");
  equal(rightsIn(collections, "toString").read, "owner");
  equal(opened(collections), ["menu"]);
});
