import assert from "node:assert/strict";

import { ApiError } from "./errors.ts";
import { fileForm, projectId, type Stage, stage } from "./stand_ins.test.ts";

const reserved = { id: "u1", path: `${projectId}/1-a.txt` };

/** A stage on which a reservation is made. */
function ready(): Stage {
  const on = stage();
  on.rows.begin_upload = { body: "[]" };
  on.rows.reserve_upload = { body: JSON.stringify(reserved) };
  return on;
}

function names(on: Stage): string[] {
  return on.calls.map(([name]) => name);
}

function upload(
  on: Stage,
  form = fileForm("hello", "a.txt", "text/plain"),
): Promise<Response> {
  return on.app(
    new Request("http://site.test/", { method: "POST", body: form }),
  );
}

Deno.test("a file is let in, reserved, stored and completed, in this order", async () => {
  const on = ready();
  const answer = await upload(on);
  assert.deepEqual(await answer.json(), {
    success: true,
    url: `http://api.test/public/${reserved.path}`,
    path: reserved.path,
    filename: "a.txt",
    size: 5,
  });
  assert.deepEqual(names(on), [
    "begin_upload",
    "reserve_upload",
    "complete_upload",
  ]);
  assert.deepEqual(on.stored, [`put ${reserved.path} 5 text/plain`]);
  assert.equal(on.logged[0]?.action, "upload");
});

Deno.test("a reservation is given back when storage fails", async () => {
  const on = ready();
  on.failingStorage = new Set(["put"] as const);
  const answer = await upload(on);
  assert.equal(answer.status, 500);
  assert.deepEqual(on.stored.at(-1), `remove ${reserved.path}`);
  assert.deepEqual(on.calls.at(-1), ["release_uploads", projectId, ["u1"]]);
});

Deno.test("a reservation stays while its object may be there", async () => {
  const on = ready();
  on.failingStorage = new Set(["put", "remove"] as const);
  const answer = await upload(on);
  assert.equal(answer.status, 500);
  assert.deepEqual(names(on), ["begin_upload", "reserve_upload"]);
});

for (
  const [what, row, status] of [
    ["was released", { status: 404, code: "file_not_found" }, 404],
    [
      "went with its project",
      { status: 403, code: "backend_not_enabled" },
      403,
    ],
  ] as const
) {
  Deno.test(`a file whose reservation ${what} does not stay in storage`, async () => {
    const on = ready();
    on.rows.complete_upload = row;
    const answer = await upload(on);
    assert.equal(answer.status, status);
    assert.deepEqual(on.stored.at(-1), `remove ${reserved.path}`);
  });
}

Deno.test("a completion that nobody answered is asked for again, and its file stays", async () => {
  const on = ready();
  const gone = new ApiError("database_unavailable");
  const answers: (Error | Record<string, never>)[] = [gone, gone, gone, {}];
  Object.defineProperty(on.rows, "complete_upload", {
    get: () => answers.shift(),
  });
  assert.equal((await upload(on)).status, 200);
  answers.push(...Array(20).fill(gone));
  assert.equal((await upload(on)).status, 503);
  assert.ok(!on.stored.some((note) => note.startsWith("remove")));
  assert.ok(answers.length > 10, "it is not asked for ever");
});

Deno.test("what a dead function left is cleared before anything is reserved", async () => {
  const on = ready();
  on.rows.begin_upload = { body: '[{"id":"old","path":"p/0-old"}]' };
  const answer = await upload(on);
  assert.equal(answer.status, 200);
  assert.deepEqual(names(on), [
    "begin_upload",
    "release_uploads",
    "reserve_upload",
    "complete_upload",
  ]);
  assert.deepEqual(on.stored[0], "remove p/0-old");
});

Deno.test("files of a project that is gone go with the next upload of another", async () => {
  const on = ready();
  const gone = { id: null, path: "gone/1-a.txt" };
  const body = JSON.stringify([gone, { id: "old", path: "p/0-old" }]);
  on.rows.begin_upload = { body };
  assert.equal((await upload(on)).status, 200);
  assert.deepEqual(on.stored.slice(0, 2), [
    "remove p/0-old",
    "remove gone/1-a.txt",
  ]);
  assert.deepEqual(on.calls[1]?.slice(2), [["old"]]);
});

Deno.test("a file of others that cannot be removed keeps nobody from an upload", async () => {
  const on = ready();
  on.failingStorage = new Set(["remove"]);
  on.rows.begin_upload = { body: '[{"id":null,"path":"gone/1-a.txt"}]' };
  assert.equal((await upload(on)).status, 200);
});

Deno.test("a full project hears that it is full", async () => {
  const on = ready();
  on.rows.reserve_upload = { status: 413, code: "quota_exceeded", body: null };
  const answer = await upload(on);
  assert.equal((await answer.json()).code, "quota_exceeded");
  assert.deepEqual(on.stored, []);
});

/** A form of which only the beginning is sent until somebody asks for more. */
function slowForm(head: string, tail: Uint8Array): {
  request: Request;
  taken: () => number;
} {
  const start = new TextEncoder().encode(head.replaceAll("\n", "\r\n"));
  let taken = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const piece = taken === 0 ? start : tail.subarray(taken, taken + 65_536);
      taken += piece.byteLength;
      if (piece.byteLength === 0) controller.close();
      else controller.enqueue(piece.slice());
    },
  }, { highWaterMark: 0 });
  const headers = { "content-type": "multipart/form-data; boundary=b" };
  const request = new Request("http://site.test/", {
    method: "POST",
    headers,
    body,
  });
  return { request, taken: () => taken };
}

Deno.test("a project that is closed is refused before the file is there", async () => {
  const on = stage();
  let known = 0;
  on.rows.begin_upload = { status: 403, code: "backend_disabled" };
  const form = slowForm(
    `--b\nContent-Disposition: form-data; name="projectId"\n\n${projectId}\n--b\nContent-Disposition: form-data; name="file"; filename="a"\n\n`,
    new Uint8Array(1_000_000),
  );
  Object.defineProperty(on.rows, "begin_upload", {
    get: () => {
      known = form.taken();
      return { status: 403, code: "backend_disabled" };
    },
  });
  const answer = await on.app(form.request);
  assert.equal((await answer.json()).code, "backend_disabled");
  assert.ok(known < 200_000, `${known} bytes were taken`);
  assert.deepEqual(names(on), ["begin_upload"]);
});

Deno.test("a token may follow the file", async () => {
  const on = ready();
  const form = fileForm("hello".repeat(100_000), "a.txt", "text/plain");
  form.append("token", "t");
  assert.equal((await upload(on, form)).status, 200);
  const [begin, reserve] = on.calls;
  assert.equal(begin?.[5], null);
  assert.ok(reserve?.[4] instanceof Uint8Array);
});

for (const place of ["first", "last"]) {
  Deno.test(`a form with an action that comes ${place} is never stored without its fields`, async () => {
    const on = ready();
    const form = new FormData();
    if (place === "first") form.append("action", "submit");
    for (const [name, value] of fileForm("a", "a.txt", "text/plain")) {
      form.append(name, value);
    }
    form.append("message", "hello");
    if (place === "last") form.append("action", "submit");
    on.rows.begin_form_files = { status: 415, code: "file_not_allowed" };
    const answer = await upload(on, form);
    assert.equal((await answer.json()).code, "file_not_allowed");
    assert.ok(!names(on).includes("reserve_upload"));
    assert.ok(!names(on).includes("submit"));
  });
}

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
  Deno.test(`a form with ${what} is refused before anything is reserved`, async () => {
    const on = ready();
    const answer = await upload(on, form);
    assert.equal(answer.status, status);
    assert.equal((await answer.json()).code, code);
    assert.ok(!names(on).includes("reserve_upload"));
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
  assert.deepEqual(names(on), [
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
  assert.deepEqual(names(on), ["find_upload"]);
});
