import assert from "node:assert/strict";
import { DEFAULTS, ignoredSettings, withSettings } from "./config.ts";

Deno.test("settings of the database go over those of the project", () => {
  const config = withSettings(DEFAULTS, {
    db_schemas: "public, api",
    db_max_rows: "7",
    db_pre_request: "api.check",
    db_aggregates_enabled: "TRUE",
    db_tx_end: "rollback-allow-override",
  });
  assert.deepEqual(config.schemas, ["public", "api"]);
  assert.equal(config.maxRows, 7);
  assert.deepEqual(config.preRequest, { schema: "api", name: "check" });
  assert.equal(config.aggregates, true);
  assert.deepEqual([config.rollback, config.mayEndTransaction], [true, true]);
  assert.deepEqual(config.extraSearchPath, DEFAULTS.extraSearchPath);
});

Deno.test("what means nothing changes nothing and is named", () => {
  const settings = {
    db_max_rows: "many",
    db_plan_enabled: "perhaps",
    jwt_aud: "somebody",
    db_schemas: "api",
  };
  assert.deepEqual(withSettings(DEFAULTS, settings), {
    ...DEFAULTS,
    schemas: ["api"],
  });
  assert.deepEqual(ignoredSettings(settings), [
    "pgrst.db_max_rows",
    "pgrst.db_plan_enabled",
    "pgrst.jwt_aud",
  ]);
});
