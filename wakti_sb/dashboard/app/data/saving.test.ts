import type { Item } from "../api/items.ts";
import type { Data } from "../api/json.ts";
import { Problem, type ProblemKind } from "../api/problem.ts";
import { saveDocument, type Store } from "./saving.ts";

function equal(actual: unknown, expected: unknown): void {
  const [left, right] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (left !== right) throw new Error(`${left} is not ${right}`);
}

function item(data: Data, updated_at: string): Item {
  return { id: "1", data, sort_order: null, created_at: "0", updated_at };
}

/** A store that holds one item, or none. */
function store(held: Item | null): Store & { saved: Data[] } {
  const saved: Data[] = [];
  return {
    saved,
    create: (data) => Promise.resolve(void saved.push(data)),
    save: (read, data) => {
      if (!held) return Promise.reject(new Problem("gone"));
      if (held.updated_at !== read.updated_at) {
        return Promise.reject(new Problem("conflict"));
      }
      return Promise.resolve(void saved.push(data));
    },
    read: () =>
      held ? Promise.resolve(held) : Promise.reject(new Problem("gone")),
  };
}

const before = item({ a: 1 }, "t1");

Deno.test("an item that nobody changed is saved", async () => {
  const kept = store(before);
  equal(await saveDocument(kept, before, { a: 2 }), { kind: "saved" });
  equal(kept.saved, [{ a: 2 }]);
});

Deno.test("an item that only moved in the order is saved over", async () => {
  const kept = store(item({ a: 1 }, "t2"));
  equal(await saveDocument(kept, before, { a: 2 }), { kind: "saved" });
  equal(kept.saved, [{ a: 2 }]);
});

Deno.test("an item that somebody else changed is not overwritten", async () => {
  const theirs = item({ a: 9 }, "t2");
  const kept = store(theirs);
  equal(await saveDocument(kept, before, { a: 2 }), {
    kind: "conflict",
    theirs,
  });
  equal(kept.saved, []);
});

Deno.test("an item that was deleted is told apart from a failure", async () => {
  equal(await saveDocument(store(null), before, { a: 2 }), { kind: "gone" });
});

Deno.test("a new item whose project has gone is a failure, and so is a server's no", async () => {
  for (const kind of ["gone", "server"] satisfies ProblemKind[]) {
    const broken = {
      ...store(before),
      create: () => Promise.reject(new Problem(kind)),
    };
    const outcome = await saveDocument(broken, null, {});
    equal(
      [outcome.kind, "problem" in outcome && outcome.problem.kind],
      ["failed", kind],
    );
  }
});
