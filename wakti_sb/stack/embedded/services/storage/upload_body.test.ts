import assert from "node:assert/strict";
import { readUpload } from "./upload_body.ts";

function upload(body: BodyInit, headers: HeadersInit = {}): Request {
  return new Request("http://localhost/", { method: "POST", body, headers });
}

async function read(request: Request) {
  const { body, about } = await readUpload(request);
  return { text: await new Response(body).text(), ...await about() };
}

function form(fields: Record<string, string>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  form.set("", new File(["abc"], "a.txt", { type: "text/plain" }));
  return form;
}

Deno.test("a form's file has the part's type and the form's other fields", async () => {
  const fields = { cacheControl: "60", metadata: '{"a":1}' };
  assert.deepEqual(await read(upload(form(fields))), {
    text: "abc",
    mimeType: "text/plain",
    cacheControl: "max-age=60",
    userMetadata: { a: 1 },
  });
});

Deno.test("a field may name the type", async () => {
  const { mimeType } = await read(upload(form({ contentType: "image/png" })));
  assert.equal(mimeType, "image/png");
});

Deno.test("bare bytes have the request's headers", async () => {
  const headers = {
    "content-type": "image/png",
    "cache-control": "max-age=5",
    "x-metadata": btoa('{"a":1}'),
  };
  assert.deepEqual(await read(upload("abc", headers)), {
    text: "abc",
    mimeType: "image/png",
    cacheControl: "max-age=5",
    userMetadata: { a: 1 },
  });
});

Deno.test("what could not be sent back as a header is refused", async () => {
  const bad: Record<string, string>[] = [
    { cacheControl: "max-age=\n5" },
    { cacheControl: "größer" },
    { cacheControl: "x".repeat(2000) },
    { contentType: "text" },
    { contentType: "text/plain\r\nx: y" },
    { contentType: "text/größe" },
  ];
  for (const fields of bad) {
    await assert.rejects(read(upload(form(fields))), { status: 400 });
  }
  assert.equal(
    (await read(upload(form({ cacheControl: "public, max-age=5" }))))
      .cacheControl,
    "public, max-age=5",
  );
});

Deno.test("what is no form and no metadata is refused", async () => {
  const type = { "content-type": "multipart/form-data; boundary=x" };
  await assert.rejects(readUpload(upload("nonsense", type)), { status: 400 });
  for (const header of ["%", btoa("nonsense"), btoa("[]")]) {
    await assert.rejects(
      readUpload(upload("a", { "x-metadata": header })),
      { status: 400 },
    );
  }
});
