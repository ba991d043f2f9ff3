/** What the API needs from outside, played by objects that remember what they were asked. */
import { type App, createApp } from "./app.ts";
import type { Services } from "./context.ts";
import type { FunctionName, Parameter } from "./calls.ts";
import type { Row } from "./database.ts";
import type { Entry } from "./log.ts";
import type { Bearer } from "./owners.ts";
import { RefusedCallers } from "./refused.ts";

export const projectId = "00000000-0000-4000-8000-00000000000a";

/** A stage on which one request can be played. */
export interface Stage {
  readonly app: App;
  /** Calls of the database, in their order. */
  readonly calls: [FunctionName, ...Parameter[]][];
  /** Calls of storage, in their order. */
  readonly stored: string[];
  readonly logged: Entry[];
  /** What each database function answers; a function that is not named answers "{}". */
  readonly rows: Partial<Record<FunctionName, Partial<Row> | Error>>;
  bearer: Bearer;
  failingStorage: ReadonlySet<"put" | "remove">;
  send(
    method: string,
    fields: Record<string, unknown>,
    headers?: HeadersInit,
  ): Promise<Response>;
}

export function stage(): Stage {
  const calls: Stage["calls"] = [];
  const stored: string[] = [];
  const logged: Entry[] = [];
  const rows: Stage["rows"] = {
    begin_signup: { body: null },
    begin_upload: { body: "[]" },
  };
  const answer = (name: FunctionName): Row => {
    const row = rows[name];
    if (row instanceof Error) throw row;
    return {
      status: 200,
      code: null,
      body: "{}",
      cors: "*",
      retry_after: null,
      ...row,
    };
  };
  const store = (what: "put" | "remove", note: string): Promise<void> => {
    stored.push(note);
    return self.failingStorage.has(what)
      ? Promise.reject(new Error("storage failed"))
      : Promise.resolve();
  };
  const services: Services = {
    environment: {
      apiUrl: "http://api.test",
      publicUrl: "http://api.test",
      publishableKey: "sb_publishable_test",
      secretKey: "sb_secret_test",
      apiKeys: new Set(["sb_publishable_test", "sb_secret_test"]),
      databaseUrl: "postgresql://test",
      isEdgeRole: true,
      iterations: 10,
      isPlatform: false,
      clientHeader: "cf-connecting-ip",
    },
    database: {
      call: (name, parameters) => {
        calls.push([name, ...parameters]);
        return new Promise((resolve) => resolve(answer(name)));
      },
      ping: () => Promise.resolve(),
      close: () => Promise.resolve(),
    },
    owners: { identify: () => Promise.resolve(self.bearer) },
    refused: new RefusedCallers(() => 0),
    storage: {
      put: (path, bytes, type) =>
        store("put", `put ${path} ${bytes.byteLength} ${type}`),
      remove: (paths) => store("remove", `remove ${paths.join(" ")}`),
      publicUrl: (path) => `http://api.test/public/${path}`,
    },
  };
  const app = createApp(services, (entry) => logged.push(entry));
  const self: Stage = {
    app,
    calls,
    stored,
    logged,
    rows,
    bearer: { user: null, isDead: false },
    failingStorage: new Set(),
    send(method, fields, headers) {
      const values = { projectId, ...fields };
      if (method === "GET") {
        const query = new URLSearchParams(
          Object.entries(values).map(([key, value]) => [key, String(value)]),
        );
        return app(new Request(`http://site.test/?${query}`, { headers }));
      }
      return app(
        new Request("http://site.test/", {
          method,
          headers,
          body: JSON.stringify(values),
        }),
      );
    },
  };
  return self;
}

/** A form with a file in it. */
export function fileForm(
  file: BlobPart,
  name: string,
  type: string,
): FormData {
  const form = new FormData();
  form.append("projectId", projectId);
  form.append("file", new File([file], name, { type }));
  return form;
}
