/** `/_wakti/mail`: the caught mail as a list for programs and as a page for people. */

import { Problem } from "../problem.ts";
import type { Mailbox, Message } from "./mailbox.ts";

/** Who may read mail that opens accounts: this machine's programs, not a page that it visits. */
const LOCAL = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** Throws Problem. */
export function mailAnswer(
  mailbox: Mailbox,
  request: Request,
  url: URL,
): Response {
  if (!LOCAL.test(url.hostname) || request.headers.has("origin")) {
    throw new Problem(403, {
      message: "The mail is read on this machine, at 127.0.0.1 or localhost.",
    });
  }
  if (request.method === "DELETE") {
    mailbox.clear();
    return new Response(null, { status: 204 });
  }
  if (request.method !== "GET") {
    throw new Problem(405, { message: "GET or DELETE, please." }, {
      allow: "GET, DELETE",
    });
  }
  const messages = mailbox.list(url.searchParams.get("to") ?? undefined);
  const html = (request.headers.get("accept") ?? "").includes("text/html");
  return html ? page(messages) : Response.json(messages.map(asJson), {
    headers: { "cache-control": "no-store" },
  });
}

function asJson({ sentAt, tokenHash, ...rest }: Message) {
  return { ...rest, sent_at: sentAt, token_hash: tokenHash };
}

function page(messages: readonly Message[]): Response {
  const body = messages.length === 0
    ? "<p>Nothing yet. What this stack would send arrives here.</p>"
    : messages.map(article).join("\n");
  return new Response(
    `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Mail</title>
<style>${STYLE}</style>
<h1>Mail</h1>
${body}
</html>`,
    {
      headers: {
        "content-type": "text/html; charset=utf-8",
        "content-security-policy":
          "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'; frame-ancestors 'none'",
        "cache-control": "no-store",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
      },
    },
  );
}

function article(one: Message): string {
  const link = one.link === null
    ? ""
    : `<p><a href="${escape(one.link)}">${escape(one.link)}</a></p>`;
  const code = one.code === null
    ? ""
    : `<p>Code: <b>${escape(one.code)}</b></p>`;
  return `<article>
<h2>${escape(one.subject)}</h2>
<p>To ${escape(one.to)}, <time>${escape(one.sentAt)}</time></p>
${code}
${link}
<iframe sandbox title="The message" srcdoc="${escape(one.html)}"></iframe>
</article>`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as HTML shows it. */
export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (one) => ESCAPES[one]!);
}

const STYLE = `
body { font: 16px/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem; }
article { border-top: 1px solid #8888; padding: 1rem 0; }
h2 { font-size: 1.1rem; margin: 0; }
a { overflow-wrap: anywhere; }
iframe { width: 100%; height: 12rem; border: 1px solid #8888; background: #fff; }
@media (prefers-color-scheme: dark) { body { background: #111; color: #eee; } a { color: #8cf; } }
`;
