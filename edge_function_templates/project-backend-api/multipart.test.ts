import assert from "node:assert/strict";

import { type Part, partsOf } from "./multipart.ts";

const type = { "content-type": "multipart/form-data; boundary=b" };

/** The parts of a body that arrives in pieces of this many bytes. */
async function read(
  body: Uint8Array,
  headers: HeadersInit = type,
  size = body.byteLength,
): Promise<Part[]> {
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < body.byteLength; at += size) {
      yield body.subarray(at, at + size);
    }
  }
  const parts: Part[] = [];
  for await (
    const part of partsOf(new Headers(headers), pieces(), 10_000_000)
  ) {
    parts.push(part);
  }
  return parts;
}

async function encoded(form: FormData): Promise<[Uint8Array, Headers]> {
  const request = new Request("http://site.test/", {
    method: "POST",
    body: form,
  });
  return [await request.bytes(), request.headers];
}

for (
  const [name, shown] of [
    ["a=b;c.txt", "a=b;c.txt"],
    ["a<b>.txt", "a<b>.txt"],
    ["a; filename=b.txt", "a; filename=b.txt"],
    ['say "a".txt', 'say "a".txt'],
    ["صورة.txt", "صورة.txt"],
    ["a\\b.txt", "a\\b.txt"],
    ["50%22.txt", '50".txt'], // as browsers write a quotation mark
  ] as const
) {
  Deno.test(`the name ${name} is kept whole`, async () => {
    const form = new FormData();
    form.append(name, new File(["hello"], name));
    const [part] = await read(...await encoded(form));
    assert.equal(part?.filename, shown);
    assert.equal(part?.name, shown);
  });
}

for (
  const [header, name, filename] of [
    ['form-data; name="a"; filename="say \\"b\\".txt"', "a", 'say "b".txt'],
    ["form-data; name=a; filename=b.txt", "a", "b.txt"],
    ["form-data; name=a", "a", null],
    ['form-data; FileName="b" ; NAME="a"', "a", "b"],
    ['form-data; name="a"; filename=""', "a", ""],
  ] as const
) {
  Deno.test(`${header} is understood`, async () => {
    const [part] = await read(
      new TextEncoder().encode(
        `--b\r\nContent-Disposition: ${header}\r\n\r\n\r\n--b--`,
      ),
    );
    assert.deepEqual([part?.name, part?.filename], [name, filename]);
  });
}

Deno.test("a form is the same however it is cut into pieces", async () => {
  const form = new FormData();
  form.append("text", "one\r\n--b\r\ntwo");
  form.append("file", new File([new Uint8Array(300).fill(0x2d)], "a.bin"));
  const [body, headers] = await encoded(form);
  const withEpilogue = new Uint8Array([...body, 13, 10, 13, 10]);
  for (const size of [1, 2, 7, 64, body.byteLength, body.byteLength + 1]) {
    const [text, file] = await read(withEpilogue, headers, size);
    assert.equal(
      new TextDecoder().decode(text?.bytes()),
      "one\r\n--b\r\ntwo",
    );
    assert.equal(file?.size, 300);
  }
});

Deno.test("200,000 empty fields are counted, not made", async () => {
  const field = '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n';
  const body = new TextEncoder().encode(field.repeat(200_000) + "--b--\r\n");
  await assert.rejects(read(body), /at most 256 fields/);
  const few = new TextEncoder().encode(field.repeat(256) + "--b--\r\n");
  assert.equal((await read(few)).length, 256);
});

for (
  const [what, body] of [
    ["no form", "hello"],
    ["half a form", '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx'],
    ["a part without a name", "--b\r\n\r\nx\r\n--b--"],
    ["a header without an end", `--b\r\n${"a".repeat(20_000)}`],
    [
      "a name that is no UTF-8",
      '--b\r\nContent-Disposition: form-data; name="\xff"\r\n\r\n\r\n--b--',
    ],
  ] as const
) {
  Deno.test(`${what} is a caller's mistake`, async () => {
    const bytes = Uint8Array.from(body, (letter) => letter.charCodeAt(0));
    await assert.rejects(read(bytes), { code: "invalid_field" });
  });
}

Deno.test("a form without a boundary is a caller's mistake", async () => {
  const headers = { "content-type": "multipart/form-data" };
  await assert.rejects(read(new Uint8Array(2), headers), {
    code: "invalid_field",
  });
});
