import assert from "node:assert/strict";
import { mayBeUnfiltered, unfiltered } from "./sql_filters.ts";

Deno.test("a statement without a filter is found", () => {
  const verbs = {
    "delete from t": "DELETE",
    "DELETE\nFROM public.t -- where": "DELETE",
    "delete from t /* where a */ returning *": "DELETE",
    "update t set a = 1": "UPDATE",
    "update t as x set a = (select 1 where true)": "UPDATE",
    "with gone as (delete from t returning *) select * from gone where a = 1":
      "DELETE",
    "begin update t set a = 'where'; delete from u where b; end": "UPDATE",
    "update t set a = $x$ where $x$": "UPDATE",
  };
  for (const [text, verb] of Object.entries(verbs)) {
    assert.equal(unfiltered(text), verb, text);
  }
});

Deno.test("a statement with a filter is none of them, nor is what only looks like one", () => {
  for (
    const text of [
      "delete from t where a = 1",
      "update t set a = 1 where b",
      "update t set a = (select 1) from u where t.id = u.id",
      "insert into t values (1) on conflict (id) do update set a = 1",
      "select * from t for update",
      "select * from t for no key update",
      "create trigger x before update on t for each row execute function f()",
      "select 'delete from t'",
      'select "update", "set" from t',
      "truncate t",
    ]
  ) assert.equal(unfiltered(text), null, text);
});

Deno.test("a statement that is spelled in a text may be one", () => {
  assert.ok(mayBeUnfiltered("begin execute 'delete from ' || name; end"));
  assert.ok(
    mayBeUnfiltered("begin execute format('update %I set a = 1', t); end"),
  );
  assert.ok(
    !mayBeUnfiltered(
      "begin execute 'delete from t where id = $1' using id; end",
    ),
  );
  assert.ok(!mayBeUnfiltered("begin delete from t where id = 1; end"));
});
