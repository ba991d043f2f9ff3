import assert from "node:assert/strict";

import { displayName, pathName } from "./filenames.ts";

for (
  const [claimed, shown, path] of [
    ["logo.png", "logo.png", "logo.png"],
    ["../../etc/passwd", "passwd", "passwd"],
    ["C:\\Users\\me\\photo 1.jpg", "photo 1.jpg", "photo-1.jpg"],
    ["..", "file", "file"],
    ["", "file", "file"],
    [".htaccess", "htaccess", "htaccess"],
    ["...hidden.txt", "hidden.txt", "hidden.txt"],
    ["a\u0000b\u001f.txt", "ab.txt", "ab.txt"],
    ["invoice\u202egnp.exe", "invoicegnp.exe", "invoicegnp.exe"],
    ["Résumé.pdf", "Résumé.pdf", "Resume.pdf"],
    ["صورة.png", "صورة.png", "file.png"],
    ["照片 2.jpg", "照片 2.jpg", "2.jpg"],
    ["con.txt", "con.txt", "file-con.txt"],
    ["NUL", "NUL", "file-NUL"],
    ["com1.tar.gz", "com1.tar.gz", "file-com1.tar.gz"],
    ["a/b\\c?d*e:f|g.txt", "c?d*e:f|g.txt", "c-d-e-f-g.txt"],
    ["%2e%2e%2fx.txt", "%2e%2e%2fx.txt", "2e-2e-2fx.txt"],
    ["lone\ud800.txt", "lone.txt", "lone.txt"],
    ["name.", "name", "name"],
  ] as const
) {
  Deno.test(`${JSON.stringify(claimed)} is shown as ${shown} and stored as ${path}`, () => {
    assert.equal(displayName(claimed), shown);
    assert.equal(pathName(displayName(claimed)), path);
  });
}

Deno.test("a long name keeps its ending and at most 100 characters", () => {
  const name = displayName("ä".repeat(300) + ".jpeg");
  assert.equal([...name].length, 100);
  assert.ok(name.endsWith(".jpeg"));
  assert.equal(pathName("x".repeat(300) + ".jpeg").length, 100);
});
