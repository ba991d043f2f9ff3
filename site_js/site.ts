/** A site's backend as functions. */
import { Kept } from "./keeping.ts";
import { newKey, send } from "./sending.ts";
import type { Data, Query, Refusal, Site } from "./types.ts";

type Signed = Awaited<ReturnType<Site["login"]>>;

/**
 * @param address Of `project-backend-api`.
 * @param projectId Whose backend it is.
 */
export function connect(address: string, projectId: string): Site {
  const kept = new Kept(projectId);
  /** What is under way for a form, and the key of what may have arrived unheard. */
  const sending = new WeakMap<object, Promise<unknown>>();
  const keys = new WeakMap<object, string>();

  async function ask<Result>(
    message: {
      readonly query?: string;
      readonly body?: XMLHttpRequestBodyInit;
      readonly onProgress?: (sent: number) => void;
    },
    key: string | null = newKey(),
  ): Promise<Result> {
    const { token } = kept;
    try {
      return await send<Result>({
        method: message.query ? "GET" : "POST",
        address: address + (message.query ?? ""),
        token,
        ...message,
      }, key);
    } catch (error) {
      if ((error as Refusal).code === "invalid_token" && kept.token === token) {
        kept.token = null;
      }
      throw error;
    }
  }

  const post = <Result>(action: string, fields: Data): Promise<Result> =>
    ask({ body: JSON.stringify({ projectId, action, ...fields }) });

  async function sign(action: string, data: Data): Promise<Signed> {
    const signed = await post<Signed>(action, { data });
    kept.token = signed.token;
    return signed;
  }

  async function sendForm(
    form: HTMLFormElement,
    formName?: string,
  ): Promise<unknown> {
    const body = formBody(form, [
      ["projectId", projectId],
      ["action", "submit"],
      ...(formName ? [["formName", formName] as const] : []),
    ]);
    const key = keys.get(form) ?? newKey();
    keys.set(form, key);
    const answer = await ask({ body }, key);
    keys.delete(form);
    return answer;
  }

  return {
    get token() {
      return kept.token;
    },
    submit<Result>(form: HTMLFormElement | Data, formName?: string) {
      if (!(form instanceof HTMLFormElement)) {
        return post<Result>("submit", { formName, data: form });
      }
      const answer = sending.get(form) ??
        sendForm(form, formName).finally(() => sending.delete(form));
      sending.set(form, answer);
      return answer as Promise<Result>;
    },
    list: (collection, query = {}) =>
      ask({ query: queryOf(projectId, collection, query) }, null),
    create<Result>(
      collection: string,
      data: Data | readonly Data[],
      sortOrder?: number,
    ) {
      return post<Result>(`collection/${collection}`, {
        [Array.isArray(data) ? "items" : "data"]: data,
        sortOrder,
      });
    },
    signup: (account) => sign("auth/signup", account),
    login: (account) => sign("auth/login", account),
    me: () => post("auth/me", {}),
    async logout() {
      const done = await post<{ success: true }>("auth/logout", {});
      kept.token = null;
      return done;
    },
    upload(file, onProgress) {
      const body = new FormData();
      body.append("projectId", projectId);
      body.append("file", file);
      return ask({ body, ...(onProgress ? { onProgress } : {}) });
    },
  };
}

/** As the page itself would send it: with files in one encoding, without in the other. */
function formBody(
  form: HTMLFormElement,
  envelope: readonly (readonly [string, string])[],
): XMLHttpRequestBodyInit {
  const fields = [...envelope, ...new FormData(form)];
  const hasFiles = fields.some(([, value]) =>
    value instanceof File && value.name
  );
  const body = hasFiles ? new FormData() : new URLSearchParams();
  for (const [name, value] of fields) {
    if (hasFiles || typeof value === "string") {
      body.append(name, value as string);
    }
  }
  return body;
}

function queryOf(projectId: string, collection: string, query: Query): string {
  const sent = new URLSearchParams({
    projectId,
    action: `collection/${collection}`,
  });
  for (const [name, value] of Object.entries(query)) {
    // A list is written with commas between its members.
    if (value !== undefined) sent.append(name, `${value}`);
  }
  return `?${sent}`;
}
