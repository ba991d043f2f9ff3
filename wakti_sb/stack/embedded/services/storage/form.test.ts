import assert from "node:assert/strict";
import { readForm } from "./form.ts";

const encoder = new TextEncoder();

/** The form's file as text, its type, and the fields. */
async function read(body: BodyInit, type?: string) {
  const sent = new Response(body);
  const form = await readForm(
    sent.body!,
    type ?? sent.headers.get("content-type")!,
  );
  const text = await new Response(form.body).text();
  return { text, type: form.mimeType, fields: await form.fields() };
}

const WITH_X = "multipart/form-data; boundary=x";

function part(name: string, value: string, more = ""): string {
  return `--x\r\ncontent-disposition: form-data; name="${name}"${more}\r\n\r\n${value}\r\n`;
}

Deno.test("a part without a name is not lost", async () => {
  const form = new FormData();
  form.append("cacheControl", "60");
  form.append("", new File(["abc"], "a.txt", { type: "text/plain" }));
  const { text, type, fields } = await read(form);
  assert.deepEqual([text, type, fields.get("cacheControl")], [
    "abc",
    "text/plain",
    "60",
  ]);
});

Deno.test("fields may follow the file", async () => {
  const form = new FormData();
  form.append("", new File(["abc".repeat(100_000)], "a.txt"));
  form.append("metadata", "{}");
  const { text, fields } = await read(form);
  assert.equal(text.length, 300_000);
  assert.equal(fields.get("metadata"), "{}");
});

Deno.test("the content of a file stays as it is", async () => {
  const content = 'form-data; name=""\r\n\r\nname=""\r\n--';
  const form = new FormData();
  form.append("", new File([content], "a.txt"));
  assert.equal((await read(form)).text, content);
});

const FILE = part("", "abc", '; filename="a"');

for (
  const [what, body, type] of [
    ["text", "nonsense", WITH_X],
    ["a form without a boundary", `${FILE}--x--\r\n`, "multipart/form-data"],
    ["a form without a file", `${part("a", "b")}--x--\r\n`, WITH_X],
    ["two files", `${FILE}${FILE}--x--\r\n`, WITH_X],
    ["a form without an end", FILE, WITH_X],
    [
      "a field that is too long",
      `${part("a", "b".repeat(2 ** 20 + 1))}${FILE}--x--\r\n`,
      WITH_X,
    ],
  ] as const
) {
  Deno.test(`${what} is refused`, async () => {
    await assert.rejects(read(body, type));
  });
}

Deno.test("a form of a hundred thousand fields is given up after a few", async () => {
  const one = encoder.encode(part("", "").repeat(1000));
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (++sent > 100) controller.close();
      else controller.enqueue(one);
    },
  });
  await assert.rejects(readForm(body, WITH_X), { name: "FormError" });
  assert.ok(sent < 20, `${sent} thousand fields were read`);
});

Deno.test("a name that stands a million times in the content costs one pass", async () => {
  // Quadratic, this would be 10^12 steps and never end.
  const content = 'name=""'.repeat(1_000_000);
  const body = `${part("", content, '; filename="a"')}--x--\r\n`;
  assert.equal((await read(body, WITH_X)).text.length, content.length);
});
