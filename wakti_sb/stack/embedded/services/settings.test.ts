import assert from "node:assert/strict";
import { readSettings, SettingsError, VARIABLES } from "./settings.ts";

const GOOD: Record<string, string> = {
  WAKTI_PORT: "54321",
  WAKTI_DB_URL: "postgresql://supabase_admin:secret@127.0.0.1:54322/postgres",
  WAKTI_STORAGE_DIR: "/tmp/files",
  WAKTI_FILE_SIZE_LIMIT: "52428800",
  WAKTI_JWT_SECRET: "secret",
  WAKTI_PUBLISHABLE_KEY: "sb_publishable_a",
  WAKTI_SECRET_KEY: "sb_secret_a",
  WAKTI_ANON_KEY: "a.b.c",
  WAKTI_SERVICE_ROLE_KEY: "d.e.f",
  WAKTI_LAUNCHER_PORT: "9000",
  WAKTI_LAUNCHER_TOKEN: "token",
  WAKTI_HAS_FUNCTIONS: "True",
  WAKTI_WALL_CLOCK: "150",
  WAKTI_SCHEMAS: '["public"]',
  WAKTI_MAX_ROWS: "1000",
  WAKTI_EXTRA_SEARCH_PATH: '["public", "extensions"]',
};

const OPTIONAL = new Set<string>([
  "WAKTI_DASHBOARD_DIR",
  "WAKTI_LOGS_DIR",
  "WAKTI_AUTH",
]);

Deno.test("settings are read", () => {
  const settings = readSettings((name) => GOOD[name]);
  assert.equal(settings.port, 54321);
  assert.equal(settings.dashboardDir, null);
  assert.equal(settings.wallClock, 150_000);
});

Deno.test("a missing setting is named", () => {
  for (const missing of VARIABLES) {
    if (OPTIONAL.has(missing)) continue;
    assert.throws(
      () => readSettings((name) => name === missing ? "" : GOOD[name]),
      { name: "SettingsError", message: `${missing} is not set.` },
    );
  }
});

Deno.test("a wrong setting is named, and its value is not shown", () => {
  const wrong = {
    WAKTI_PORT: ["", "x", "70000", "-1", "1.5"],
    WAKTI_MAX_ROWS: ["0", "many"],
    WAKTI_DB_URL: ["nonsense", "http://127.0.0.1"],
    WAKTI_SCHEMAS: ["nonsense", "{}", "[]", "[1]"],
    WAKTI_LAUNCHER_PORT: ["0", "70000"],
  };
  for (const [variable, values] of Object.entries(wrong)) {
    for (const value of values) {
      assert.throws(
        () => readSettings((name) => name === variable ? value : GOOD[name]),
        (error: Error) =>
          error instanceof SettingsError && error.variable === variable &&
          !(value.length > 3 && error.message.includes(value)),
        `${variable}=${value}`,
      );
    }
  }
});
