import assert from "node:assert/strict";
import { replyTo } from "./realtime.ts";

const REASON = { reason: "Realtime is not part of this stack" };

Deno.test("who joins a channel is told why not, in either version of the protocol", () => {
  const join = ["1", "2", "realtime:room", "phx_join", {}];
  assert.deepEqual(JSON.parse(replyTo(JSON.stringify(join))!), [
    "1",
    "2",
    "realtime:room",
    "phx_reply",
    { status: "error", response: REASON },
  ]);
  const old = { topic: "realtime:room", event: "phx_join", ref: "2" };
  assert.deepEqual(JSON.parse(replyTo(JSON.stringify(old))!).payload, {
    status: "error",
    response: REASON,
  });
});

Deno.test("a heartbeat is answered, and what is no message is not", () => {
  const beat = { topic: "phoenix", event: "heartbeat", payload: {}, ref: "3" };
  const { payload, ref } = JSON.parse(replyTo(JSON.stringify(beat))!);
  assert.deepEqual([payload.status, ref], ["ok", "3"]);
  for (
    const text of ["", "null", "5", "[]", "{}", '{"topic": 5}', "nonsense"]
  ) {
    assert.equal(replyTo(text), null);
  }
});
