/** A folder of static files: the owner's page. */

import { Problem } from "./problem.ts";

const TYPES: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  gif: "image/gif",
  html: "text/html; charset=utf-8",
  ico: "image/x-icon",
  jpeg: "image/jpeg",
  jpg: "image/jpeg",
  js: "text/javascript; charset=utf-8",
  json: "application/json",
  map: "application/json",
  mjs: "text/javascript; charset=utf-8",
  png: "image/png",
  svg: "image/svg+xml",
  txt: "text/plain; charset=utf-8",
  wasm: "application/wasm",
  webmanifest: "application/manifest+json",
  webp: "image/webp",
  woff2: "font/woff2",
};

/**
 * Sends a file of the folder. A path without a file and without an extension is the page's own
 * address and gets `index.html`. Throws Problem.
 *
 * @param path Below `/dashboard`, still encoded.
 */
export async function sendPage(
  folder: string,
  method: string,
  path: string,
): Promise<Response> {
  if (method !== "GET" && method !== "HEAD") {
    throw new Problem(405, { message: "Method not allowed" }, {
      allow: "GET, HEAD",
    });
  }
  const file = await open(folder, path);
  if (!file) throw new Problem(404, { message: "There is no such file." });
  const { handle, extension } = file;
  const { size } = await handle.stat();
  const headers = {
    "content-type": TYPES[extension] ?? "application/octet-stream",
    "content-length": String(size),
    // The files change with the package; they are small and on this machine.
    "cache-control": "no-cache",
    "x-content-type-options": "nosniff",
    // The page's own policy stands in a meta element, which cannot forbid foreign frames.
    "content-security-policy": "frame-ancestors 'none'",
    "x-frame-options": "DENY",
  };
  if (method === "HEAD") {
    handle.close();
    return new Response(null, { headers });
  }
  return new Response(handle.readable, { headers });
}

async function open(
  folder: string,
  path: string,
): Promise<{ handle: Deno.FsFile; extension: string } | null> {
  const segments = decode(path);
  if (segments === null) return null;
  const name = segments.at(-1) ?? "";
  const extension = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase();
  const file = extension === undefined ? ["index.html"] : segments;
  try {
    const place = `${folder}/${file.join("/")}`;
    if (!(await Deno.stat(place)).isFile) return null;
    return { handle: await Deno.open(place), extension: extension ?? "html" };
  } catch (error) {
    const missing = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotADirectory;
    if (missing) return null;
    throw error;
  }
}

/** The path's parts; null if one of them would lead elsewhere than down. */
function decode(path: string): string[] | null {
  try {
    const segments = path.split("/").filter(Boolean).map(decodeURIComponent);
    const safe = segments.every((one) =>
      /^[\w\-@+. ]+$/.test(one) && one !== ".."
    );
    return safe ? segments : null;
  } catch {
    return null;
  }
}
