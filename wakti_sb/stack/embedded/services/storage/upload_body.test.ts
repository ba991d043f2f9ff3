import assert from "node:assert/strict";
import { readUpload } from "./upload_body.ts";

function upload(body: BodyInit, headers: HeadersInit = {}): Request {
  return new Request("http://localhost/", { method: "POST", body, headers });
}

Deno.test("a form's file has the part's type and the form's other fields", async () => {
  const form = new FormData();
  form.set("cacheControl", "60");
  form.set("metadata", '{"a":1}');
  form.set("", new File(["abc"], "a.txt", { type: "text/plain" }));
  const file = await readUpload(upload(form), 10);
  assert.equal(await new Response(file.body).text(), "abc");
  assert.equal(file.mimeType, "text/plain");
  assert.equal(file.cacheControl, "max-age=60");
  assert.deepEqual(file.userMetadata, { a: 1 });
});

Deno.test("bare bytes have the request's headers", async () => {
  const file = await readUpload(
    upload("abc", {
      "content-type": "image/png",
      "cache-control": "max-age=5",
      "x-metadata": btoa('{"a":1}'),
    }),
    10,
  );
  assert.equal(await new Response(file.body).text(), "abc");
  assert.equal(file.mimeType, "image/png");
  assert.equal(file.cacheControl, "max-age=5");
  assert.deepEqual(file.userMetadata, { a: 1 });
});

Deno.test("a form that is far too large is not read to its end", async () => {
  const form = new FormData();
  form.set("file", new File(["x".repeat(200_000)], "a.txt"));
  const { body, headers } = new Response(form);
  const type = headers.get("content-type")!;
  await assert.rejects(
    readUpload(upload(body!, { "content-type": type }), 10),
    (error: { body: { statusCode: string } }) =>
      error.body.statusCode === "413",
  );
});

Deno.test("what is no form and no metadata is refused", async () => {
  const form = { "content-type": "multipart/form-data; boundary=x" };
  await assert.rejects(readUpload(upload("nonsense", form), 10), {
    status: 400,
  });
  for (const header of ["%", btoa("nonsense"), btoa("[]")]) {
    await assert.rejects(
      readUpload(upload("a", { "x-metadata": header }), 10),
      { status: 400 },
    );
  }
});
