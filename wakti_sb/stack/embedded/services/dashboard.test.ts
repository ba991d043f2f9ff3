import assert from "node:assert/strict";
import { sendPage } from "./dashboard.ts";

/** Runs a test with a folder of a page, beside which lies something secret. */
async function withFolder(
  run: (folder: string) => Promise<void>,
): Promise<void> {
  const parent = await Deno.makeTempDir();
  const folder = `${parent}/page`;
  await Deno.mkdir(`${folder}/assets`, { recursive: true });
  await Deno.writeTextFile(`${parent}/secret.txt`, "secret");
  await Deno.writeTextFile(`${folder}/index.html`, "<h1>page</h1>");
  await Deno.writeTextFile(`${folder}/assets/app.js`, "let a;");
  try {
    await run(folder);
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

Deno.test("files are sent with their type", () =>
  withFolder(async (folder) => {
    const script = await sendPage(folder, "GET", "/assets/app.js");
    assert.equal(await script.text(), "let a;");
    assert.equal(
      script.headers.get("content-type"),
      "text/javascript; charset=utf-8",
    );
    assert.equal(script.headers.get("x-content-type-options"), "nosniff");
    const head = await sendPage(folder, "HEAD", "/assets/app.js");
    assert.equal(head.headers.get("content-length"), "6");
    assert.equal(head.body, null);
  }));

Deno.test("every address of the page's own gets the page", () =>
  withFolder(async (folder) => {
    for (const path of ["/", "/projects", "/projects/5/inbox"]) {
      const answer = await sendPage(folder, "GET", path);
      assert.equal(await answer.text(), "<h1>page</h1>");
      assert.equal(
        answer.headers.get("content-type"),
        "text/html; charset=utf-8",
      );
    }
  }));

Deno.test("nothing else is sent", () =>
  withFolder(async (folder) => {
    const paths = [
      "/missing.js",
      "/../secret.txt",
      "/%2e%2e/secret.txt",
      "/..%2fsecret.txt",
      "/assets/..%2f..%2fsecret.txt",
      "/a%00.js",
      "/%ff.js",
      "/index.html/x.js",
    ];
    for (const path of paths) {
      await assert.rejects(
        sendPage(folder, "GET", path),
        { status: 404 },
        path,
      );
    }
    await assert.rejects(sendPage(folder, "POST", "/"), { status: 405 });
  }));
