import assert from "node:assert/strict";

import { fileForm, projectId, type Stage, stage } from "./stand_ins.test.ts";

const reserved = {
  id: "u1",
  path: `${projectId}/1-a.txt`,
  stale: [] as { id: string; path: string }[],
};

function upload(
  on: Stage,
  form = fileForm("hello", "a.txt", "text/plain"),
): Promise<Response> {
  return on.app(
    new Request("http://site.test/", { method: "POST", body: form }),
  );
}

Deno.test("a file is reserved, stored and completed, in this order", async () => {
  const on = stage();
  on.rows.reserve_upload = { body: JSON.stringify(reserved) };
  const answer = await upload(on);
  assert.deepEqual(await answer.json(), {
    success: true,
    url: `http://api.test/public/${reserved.path}`,
    path: reserved.path,
    filename: "a.txt",
    size: 5,
  });
  assert.deepEqual(on.calls.map(([name]) => name), [
    "reserve_upload",
    "complete_upload",
  ]);
  assert.deepEqual(on.stored, [`put ${reserved.path} 5 text/plain`]);
  assert.equal(on.logged[0]?.action, "upload");
});

Deno.test("a reservation is given back when storage fails", async () => {
  const on = stage();
  on.failingStorage = new Set(["put"] as const);
  on.rows.reserve_upload = { body: JSON.stringify(reserved) };
  const answer = await upload(on);
  assert.equal(answer.status, 500);
  assert.deepEqual(on.stored.at(-1), `remove ${reserved.path}`);
  assert.deepEqual(on.calls.at(-1), ["release_uploads", projectId, ["u1"]]);
});

Deno.test("a reservation stays while its object may be there", async () => {
  const on = stage();
  on.failingStorage = new Set(["put", "remove"] as const);
  on.rows.reserve_upload = { body: JSON.stringify(reserved) };
  const answer = await upload(on);
  assert.equal(answer.status, 500);
  assert.deepEqual(on.calls.map(([name]) => name), ["reserve_upload"]);
});

Deno.test("what a dead function left is cleared before the quota refuses", async () => {
  const on = stage();
  const stale = [{ id: "old", path: "p/0-old" }];
  const answers = [
    { status: 413, code: "quota_exceeded", body: JSON.stringify({ stale }) },
    { body: JSON.stringify(reserved) },
  ];
  Object.defineProperty(on.rows, "reserve_upload", {
    get: () => answers.shift(),
  });
  const answer = await upload(on);
  assert.equal(answer.status, 200);
  assert.deepEqual(on.calls.map(([name]) => name), [
    "reserve_upload",
    "release_uploads",
    "reserve_upload",
    "complete_upload",
  ]);
  assert.deepEqual(on.stored[0], "remove p/0-old");
});

Deno.test("a full project hears that it is full", async () => {
  const on = stage();
  on.rows.reserve_upload = {
    status: 413,
    code: "quota_exceeded",
    body: '{"stale":[]}',
  };
  const answer = await upload(on);
  assert.equal((await answer.json()).code, "quota_exceeded");
  assert.deepEqual(on.stored, []);
});

const noFile = new FormData();
noFile.append("projectId", projectId);
const textFile = new FormData();
textFile.append("projectId", projectId);
textFile.append("file", "a text");
const twoFiles = fileForm("a", "a.txt", "text/plain");
twoFiles.append("file", new File(["b"], "b.txt"));
const noProject = new FormData();
noProject.append("file", new File(["b"], "b.txt"));

for (
  const [what, form, status, code] of [
    ["no file", noFile, 400, "missing_field"],
    ["a text for a file", textFile, 400, "missing_field"],
    ["two files", twoFiles, 400, "invalid_field"],
    ["no project", noProject, 400, "missing_field"],
    [
      "an empty file",
      fileForm("", "a.txt", "text/plain"),
      400,
      "invalid_field",
    ],
    [
      "a file over 10 MiB",
      fileForm(new Uint8Array(10 * 1024 * 1024 + 1), "a.txt", "text/plain"),
      413,
      "file_too_large",
    ],
    [
      "a form over 10 MiB",
      fileForm(new Uint8Array(11 * 1024 * 1024), "a.txt", "text/plain"),
      413,
      "file_too_large",
    ],
    [
      "a page",
      fileForm("<p>", "a.html", "text/html"),
      415,
      "file_type_not_allowed",
    ],
  ] as const
) {
  Deno.test(`a form with ${what} is refused before the database is asked`, async () => {
    const on = stage();
    const answer = await upload(on, form);
    assert.equal(answer.status, status);
    assert.equal((await answer.json()).code, code);
    assert.deepEqual(on.calls, []);
  });
}

for (
  const [what, body, type] of [
    [
      "cut off",
      "--b\r\nContent-Disposition: form-data; name=",
      "multipart/form-data; boundary=b",
    ],
    ["without a boundary", "--b--", "multipart/form-data"],
    ["empty", "", "multipart/form-data; boundary=b"],
  ] as const
) {
  Deno.test(`a form that is ${what} is a caller's mistake`, async () => {
    const on = stage();
    const answer = await on.app(
      new Request("http://site.test/", {
        method: "POST",
        headers: { "content-type": type },
        body,
      }),
    );
    assert.equal(answer.status, 400);
  });
}

Deno.test("a deleted file goes from storage before its row goes", async () => {
  const on = stage();
  on.bearer = { user: "owner", isDead: false };
  on.rows.find_upload = { body: '{"path":"p/1-a.txt"}' };
  on.rows.remove_upload = { body: '{"success":true}' };
  const answer = await on.send("POST", {
    action: "upload/delete",
    id: projectId,
  });
  assert.deepEqual(await answer.json(), { success: true });
  assert.deepEqual(on.stored, ["remove p/1-a.txt"]);
  assert.deepEqual(on.calls.map(([name]) => name), [
    "find_upload",
    "remove_upload",
  ]);
});

Deno.test("a file stays listed while storage cannot delete it", async () => {
  const on = stage();
  on.bearer = { user: "owner", isDead: false };
  on.failingStorage = new Set(["remove"] as const);
  on.rows.find_upload = { body: '{"path":"p/1-a.txt"}' };
  const answer = await on.send("POST", {
    action: "upload/delete",
    id: projectId,
  });
  assert.equal(answer.status, 500);
  assert.deepEqual(on.calls.map(([name]) => name), ["find_upload"]);
});
