import assert from "node:assert/strict";
import { readObject, readText } from "./body.ts";
import { Problem } from "./problem.ts";

const refuse = (status: number, message: string) =>
  new Problem(status, { message });

function request(body: BodyInit): Request {
  return new Request("http://localhost/", { method: "POST", body });
}

Deno.test("a body is read as text", async () => {
  assert.equal(await readText(request("ä"), 2, refuse), "ä");
  assert.equal(
    await readText(new Request("http://localhost/"), 2, refuse),
    "",
  );
});

Deno.test("a body that is too large is refused, announced or not", async () => {
  const stream = new Blob(["abc"]).stream();
  for (const body of ["abc", stream]) {
    await assert.rejects(readText(request(body), 2, refuse), { status: 413 });
  }
});

Deno.test("a body that is not UTF-8 is refused", async () => {
  const bytes = new Uint8Array([0xc3, 0x28]);
  await assert.rejects(readText(request(bytes), 9, refuse), { status: 400 });
});

Deno.test("a body that breaks off is refused", async () => {
  const broken = new ReadableStream({
    pull(controller) {
      controller.error(new Error("gone"));
    },
  });
  await assert.rejects(readText(request(broken), 9, refuse), { status: 400 });
});

Deno.test("only an object is an object", async () => {
  assert.deepEqual(await readObject(request('{"a":1}'), 99, refuse), { a: 1 });
  for (const body of ["", "{", "[]", "null", "5", '"a"']) {
    await assert.rejects(readObject(request(body), 99, refuse), {
      status: 400,
    });
  }
});
