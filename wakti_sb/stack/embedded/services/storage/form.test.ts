import assert from "node:assert/strict";
import { parseForm } from "./form.ts";

async function roundTrip(form: FormData): Promise<FormData> {
  const response = new Response(form);
  const type = response.headers.get("content-type")!;
  return await parseForm(await response.bytes(), type);
}

Deno.test("a part without a name is not lost", async () => {
  const form = new FormData();
  form.append("cacheControl", "60");
  form.append("", new File(["abc"], "a.txt", { type: "text/plain" }));
  const parsed = await roundTrip(form);
  assert.equal(parsed.get("cacheControl"), "60");
  const file = parsed.get("file") as File;
  assert.equal(await file.text(), "abc");
  assert.equal(file.type, "text/plain");
});

Deno.test("the content of a part stays as it is", async () => {
  const content = 'form-data; name=""\r\n\r\nname=""';
  const form = new FormData();
  form.append("", new File([content], "a.txt"));
  const file = (await roundTrip(form)).get("file") as File;
  assert.equal(await file.text(), content);
});

Deno.test("what is no form is refused", async () => {
  const bytes = new TextEncoder().encode("nonsense");
  for (
    const type of ["multipart/form-data", "multipart/form-data; boundary=x"]
  ) {
    await assert.rejects(parseForm(bytes, type));
  }
});
