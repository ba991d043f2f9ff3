"""Edge functions for tests, written as people write them, and how to ask them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import httpx

PLAIN = """Deno.serve(async (req) => {
  const { name } = await req.json();
  return Response.json({ message: name });
});
"""
# What it reads from the environment is no longer there: the address is the stack's to give.
WITH_PORT = """Deno.serve({ port: Number(Deno.env.get("PORT")), hostname: "127.0.0.1" },
  async (req) => { const { name } = await req.json(); return Response.json({ message: name }); });
"""
OWN_PORT = """Deno.serve({ port: 9876 }, async (req) => {
  const { name } = await req.json();
  return Response.json({ message: name });
});
"""
DEFAULT_EXPORT = """export default {
  async fetch(req: Request) {
    const { name } = await req.json();
    return Response.json({ message: name });
  },
};
"""
IF_MAIN = "if (import.meta.main) {\n" + PLAIN + "}\n"
# How `serve` of the standard library of 2022 listens.
OLD_SERVE = """
async function serve(handler: (request: Request) => Promise<Response>) {
  const listener = Deno.listen({ port: 8000, hostname: "0.0.0.0" });
  for await (const connection of listener) {
    (async () => {
      // deno-lint-ignore no-explicit-any
      for await (const event of (Deno as any).serveHttp(connection)) {
        event.respondWith(handler(event.request));
      }
    })();
  }
}
await serve(async (req) => {
  const { name } = await req.json();
  return Response.json({ message: name });
});
"""


@dataclass(frozen=True)
class Caller:
    """Asks the functions of a stack with its publishable key."""

    url: str
    key: str

    def __call__(
        self, name: str, body: object = None, *, method: str = "POST", path: str = ""
    ) -> httpx.Response:
        """Send `body` as JSON to a function."""
        with httpx.Client(trust_env=False, timeout=60) as http:
            return http.request(
                method, f"{self.url}/{name}{path}", headers={"apikey": self.key}, json=body
            )


def write(project: Path, name: str, text: str, file: str = "index.ts") -> Path:
    """A file of a function."""
    written = project / "supabase" / "functions" / name / file
    written.parent.mkdir(parents=True, exist_ok=True)
    written.write_text(text)
    return written
