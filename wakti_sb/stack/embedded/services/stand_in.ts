/** The keys of a project, for tests. */

import { Credentials } from "./credentials.ts";

export const credentials = new Credentials({
  jwtSecret: "super-secret-jwt-token-with-at-least-32-characters-long",
  publishableKey: "sb_publishable_a",
  secretKey: "sb_secret_a",
  anonKey: "anon",
  serviceRoleKey: "service",
});
