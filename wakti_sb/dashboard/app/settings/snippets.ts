/** What connects a site with its backend, as texts with the project's address and id in them. */

import { VERBS } from "../api/features.ts";
import type { Rights } from "../api/rights.ts";

/** What a text is about. */
export interface Connection {
  /** The address of the site API. */
  readonly siteUrl: string;
  readonly projectId: string;
  /** The field that people leave empty. */
  readonly trap: string;
  readonly rights: Rights;
  /** What the form's visitors read. */
  readonly words: {
    readonly name: string;
    readonly email: string;
    readonly message: string;
    readonly send: string;
    readonly thanks: string;
  };
}

export const SNIPPETS = ["html", "javascript", "prompt"] as const;

export type SnippetKind = (typeof SNIPPETS)[number];

export const snippets: Readonly<
  Record<SnippetKind, (connection: Connection) => string>
> = { html, javascript, prompt };

/** A form that works without a script. */
function html(connection: Connection): string {
  const { siteUrl, projectId } = connection;
  return `<form method="post" action="${siteUrl}">
  <input type="hidden" name="projectId" value="${projectId}">
  <input type="hidden" name="action" value="submit">
  <input type="hidden" name="formName" value="contact">
${fields(connection)}
</form>`;
}

function fields({ words, trap }: Connection): string {
  return `  <label>${words.name} <input name="name" autocomplete="name" required></label>
  <label>${words.email} <input name="email" type="email" autocomplete="email" required></label>
  <label>${words.message} <textarea name="message" required></textarea></label>
  <input name="${trap}" style="display:none" tabindex="-1" autocomplete="off">
  <button>${words.send}</button>`;
}

/** A form that stays on its page, and a list of items, by `site.js`. */
function javascript(connection: Connection): string {
  const { siteUrl, projectId, words } = connection;
  return `<form id="contact">
${fields(connection)}
  <p role="status"></p>
</form>

<ul id="products"></ul>

<script src="${siteUrl}?action=site.js" data-project="${projectId}"></script>
<script>
  const form = document.querySelector('#contact');
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const status = form.querySelector('[role=status]');
    try {
      await wakti.submit(form, 'contact');
      form.reset();
      status.textContent = '${words.thanks}';
    } catch (refusal) {
      status.textContent = refusal.error;
    }
  });

  wakti.list('products', { limit: 20 }).then(({ items }) => {
    for (const { data } of items) {
      const line = document.createElement('li');
      line.textContent = data.name;
      document.querySelector('#products').append(line);
    }
  });
</script>`;
}

/** One request with a JSON body, as it travels. */
function json(url: string, body: object, token = false): string {
  return `\`\`\`http
POST ${url}
Content-Type: application/json${token ? "\nX-Site-Token: TOKEN" : ""}

${JSON.stringify(body)}
\`\`\``;
}

/** Everything that somebody who writes the site has to know, in English. */
function prompt(
  { siteUrl, projectId, trap, rights }: Connection,
): string {
  const say = (action: string, more: object, token = false) =>
    json(siteUrl, { projectId, action, ...more }, token);
  const account = { email: "sara@example.com", password: "correct horse" };
  return `The site has a backend: forms, collections of items, visitors' accounts, file uploads. It takes HTTPS requests from the browser; no key and no library are needed. Use these requests as they are.

Address: ${siteUrl}
Project: ${projectId}

Answers are JSON. Success is status 200. Anything else is {"error": "a sentence for the visitor", "code": "for your code"}: show "error" as text. On 429, 503 and 504 wait as long as the header Retry-After says and send the same request again. Give every write the header Idempotency-Key with a random value, the same when it is repeated: then it is stored once. Put what visitors wrote into the page as text (textContent), never as HTML.

Send a form. "data" takes any fields; "${trap}" is a trap for robots: a hidden field that stays empty.
${
    say("submit", {
      formName: "contact",
      data: { name: "Sara", message: "Hello", [trap]: "" },
    })
  }

List items: {"items": [{"id", "data", "created_at", "updated_at", …}], "total"}. Filters: where, not, gt, gte, lt, lte, in (values with commas), has, each with a field of "data". order is created_at, updated_at, sort_order or data.FIELD, with .asc or .desc. Also search, fields, limit, offset, id.
\`\`\`http
GET ${siteUrl}?projectId=${projectId}&action=collection/products&gte.price=10&order=data.price.asc&limit=20
\`\`\`

Add an item: {"item": {…}}. A collection is made by its first item.
${say("collection/products", { data: { name: "Pot", price: 12 } })}

Change an item by PUT with "id", "data" and "merge": true; delete it by DELETE with "id". Who may do what with items: ${
    VERBS.map((verb) => `${verb}: ${rights[verb]}`).join(", ")
  } (public is everybody, site_users whoever is signed in, own whoever is signed in for the items it made, owner nobody on the site).

Make an account; sign in: {"user": {"id", "email", "name"}, "token"}. Keep the token in localStorage and send it as X-Site-Token with every request.
${say("auth/signup", { data: { ...account, name: "Sara" } })}
${say("auth/login", { data: account })}

Who is signed in; sign out. 401 with the code invalid_token means: sign in again.
${say("auth/me", {}, true)}
${say("auth/logout", {}, true)}

Store a file: {"url", "path", "filename", "size"}. The project's id comes before the file.
\`\`\`http
POST ${siteUrl}
Content-Type: multipart/form-data; boundary=part

--part
Content-Disposition: form-data; name="projectId"

${projectId}
--part
Content-Disposition: form-data; name="file"; filename="hello.txt"
Content-Type: text/plain

Hello
--part--
\`\`\`

Or load <script src="${siteUrl}?action=site.js" data-project="${projectId}"></script>, which repeats requests by itself: wakti.submit(form, 'contact'), wakti.list('products', { limit: 20 }), wakti.create('products', data), wakti.signup({ email, password, name }), wakti.login({ email, password }), wakti.me(), wakti.logout(), wakti.upload(file, (sent) => {}). Each returns a promise of the answer and rejects with an Error that has "error" and "code".`;
}
