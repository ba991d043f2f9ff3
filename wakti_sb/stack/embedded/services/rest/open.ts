/** The Data API of the stack, and what tells it of changes of the schema. */

import type { Settings } from "../settings.ts";
import { DEFAULTS } from "./config.ts";
import { DataApi } from "./data_api.ts";
import { Database } from "./database.ts";
import { Listener } from "./listener.ts";

export interface OpenDataApi {
  readonly api: DataApi;
  close(): Promise<void>;
}

export function openDataApi(settings: Settings): OpenDataApi {
  const url = new URL(settings.databaseUrl);
  url.username = "authenticator";
  const api = new DataApi(new Database(url.href, "wakti data"), {
    ...DEFAULTS,
    schemas: settings.schemas,
    extraSearchPath: settings.extraSearchPath,
    maxRows: settings.maxRows,
  });
  const listener = new Listener(url.href, () => api.forget());
  api.catchUp = () => listener.catchUp();
  return {
    api,
    close: async () => {
      await Promise.all([listener.close(), api.close()]);
    },
  };
}
