import assert from "node:assert/strict";
import { rotateLogs } from "./rotation.ts";

Deno.test("a long log begins anew, the one before is kept, a short one goes on", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const read = (name: string) => Deno.readTextFileSync(`${folder}/${name}`);
    const process = Deno.openSync(`${folder}/api.log`, {
      append: true,
      create: true,
    });
    const say = (text: string) =>
      process.writeSync(new TextEncoder().encode(text));
    Deno.writeTextFileSync(`${folder}/short.log`, "few");
    Deno.writeTextFileSync(`${folder}/other.txt`, "many words");
    say("many words");
    rotateLogs(folder, 5);
    say("more");
    assert.equal(read("api.log"), "more");
    assert.equal(read("api.log.1"), "many words");
    assert.equal(read("short.log"), "few");
    assert.equal(read("other.txt"), "many words");
    process.close();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
