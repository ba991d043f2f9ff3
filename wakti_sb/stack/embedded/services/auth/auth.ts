/** The Auth API: which request is what. GoTrue's routes, over GoTrue's tables. */

import { isIP } from "node:net";
import type { Claims } from "../credentials.ts";
import { Problem } from "../problem.ts";
import { admin } from "./admin.ts";
import { asUser, checkAdmin } from "./callers.ts";
import { asProblem, inTransaction } from "./database.ts";
import { invalid, noEndpoint, notServed, spoken } from "./errors.ts";
import { factors } from "./factors.ts";
import {
  invite,
  reauthenticate,
  recover,
  resend,
  sendCode,
  sendMagicLink,
} from "./links.ts";
import { readParams } from "./params.ts";
import type { AuthService, Call } from "./service.ts";
import { endSession, endSessions } from "./sessions.ts";
import { signUp } from "./signup.ts";
import { token } from "./token.ts";
import { changeUser, noLinking, unlinkIdentity } from "./user.ts";
import { shown } from "./users.ts";
import { verify, verifyLink } from "./verify.ts";

export class Auth {
  constructor(readonly service: AuthService) {}

  /**
   * Answers a request, its API key already checked. Throws Problem.
   *
   * @param path Below `/auth/v1`.
   * @param client The caller's network address.
   */
  async fetch(
    request: Request,
    url: URL,
    path: string,
    client: string,
  ): Promise<Response> {
    const forwarded = request.headers.get("x-forwarded-for")
      ?.split(",")[0]?.trim() ?? "";
    const call: Call = {
      request,
      url,
      path: path.split("/").filter((part) => part !== ""),
      ip: isIP(forwarded) ? forwarded : client,
    };
    try {
      return await this.#route(call);
    } catch (error) {
      const problem = asProblem(error, "Database error querying schema");
      throw problem instanceof Problem ? spoken(problem, request) : problem;
    }
  }

  async #route(call: Call): Promise<Response> {
    const { service } = this;
    const { request, path } = call;
    const [first = "", second] = path;
    if (first === "admin") {
      await checkAdmin(service, call);
      return await admin(service, call);
    }
    const away = NOT_SERVED[first];
    if (away) throw away();
    if (first === "user") return await this.#user(call);
    if (first === "factors") {
      const caller = await asUser(service, call);
      const answer = await factors(
        service,
        caller,
        () => readParams(request),
      );
      if (answer === null) throw noEndpoint();
      return Response.json(answer);
    }
    if (first === ".well-known") return this.#wellKnown(second ?? "");
    if (second !== undefined) throw noEndpoint();
    switch (`${request.method} ${first}`) {
      case "GET health":
        return Response.json({
          version: "wakti-sb",
          name: "GoTrue",
          description: "GoTrue is a user registration and authentication API",
        });
      case "GET settings":
        return Response.json(this.#settings());
      case "GET verify":
        return await verifyLink(service, call);
      case "GET reauthenticate": {
        const caller = await asUser(service, call);
        return Response.json(await reauthenticate(service, caller));
      }
      case "POST logout":
        return await this.#logout(call);
      case "POST invite":
        await checkAdmin(service, call);
        return Response.json(
          await invite(service, call, await readParams(request)),
        );
    }
    const post = request.method === "POST" ? POSTS[first] : undefined;
    if (post === undefined) throw noEndpoint();
    return Response.json(await post(service, call, await readParams(request)));
  }

  async #user(call: Call): Promise<Response> {
    const [, part, id] = call.path;
    const caller = await asUser(this.service, call);
    switch (`${call.request.method} ${part ?? ""}`.trim()) {
      case "GET":
        return Response.json(shown(caller.user));
      case "PUT": {
        const params = await readParams(call.request);
        return Response.json(await changeUser(this.service, caller, params));
      }
      case "DELETE identities":
        return Response.json(
          await unlinkIdentity(this.service, caller, id ?? ""),
        );
      case "GET identities":
        if (!this.service.settings.manualLinking) throw noLinking();
        throw notServed(
          400,
          "provider_disabled",
          "Sign-in by OAuth and OIDC is not enabled: it",
        );
      default:
        throw noEndpoint();
    }
  }

  async #logout(call: Call): Promise<Response> {
    const { user, session } = await asUser(this.service, call);
    const scope = call.url.searchParams.get("scope") || "global";
    if (!["global", "local", "others"].includes(scope)) {
      throw invalid(`Unsupported logout scope "${scope}"`);
    }
    await inTransaction(this.service.db, async (db) => {
      if (session && scope === "local") await endSession(db, session.id);
      else {
        const but = scope === "others" ? session?.id ?? null : null;
        await endSessions(db, user.id, but);
      }
    });
    return new Response(null, { status: 204 });
  }

  #wellKnown(name: string): Response {
    const { credentials, settings, url } = this.service;
    switch (name) {
      case "jwks.json":
        return Response.json({ keys: credentials.publicKeys() }, {
          headers: { "cache-control": "public, max-age=600" },
        });
      case "openid-configuration": {
        const issuer = settings.issuer ?? url;
        return Response.json({
          issuer,
          jwks_uri: `${url}/.well-known/jwks.json`,
          userinfo_endpoint: `${url}/user`,
          token_endpoint: `${url}/token`,
        });
      }
      default:
        throw noEndpoint();
    }
  }

  #settings(): Claims {
    const { settings } = this.service;
    const external = Object.fromEntries(EXTERNAL.map((name) => [name, false]));
    return {
      external: {
        ...external,
        anonymous_users: settings.anonymous,
        email: settings.emailSignup,
        phone: settings.smsSignup,
      },
      disable_signup: !settings.signup,
      mailer_autoconfirm: !settings.emailConfirmations,
      phone_autoconfirm: !settings.smsConfirmations,
      sms_provider: "",
      saml_enabled: false,
      saml_private_key_next_configured: false,
      passkeys_enabled: false,
    };
  }
}

const POSTS: Readonly<Record<string, typeof signUp>> = {
  signup: signUp,
  token,
  verify,
  otp: sendCode,
  magiclink: sendMagicLink,
  recover,
  resend,
};

const oauth = () =>
  notServed(
    400,
    "provider_disabled",
    "Sign-in by OAuth and OIDC is not enabled: it",
  );
const sso = () =>
  notServed(404, "saml_provider_disabled", "SAML 2.0 is disabled: it");

/** What needs somebody outside this machine, or a device that no test has. */
const NOT_SERVED: Readonly<Record<string, () => Problem>> = {
  authorize: oauth,
  callback: oauth,
  oauth: oauth,
  sso,
  saml: sso,
  scim: sso,
  passkeys: () =>
    notServed(404, "passkey_disabled", "Sign-in by passkeys is disabled: it"),
};

const EXTERNAL = [
  "apple",
  "azure",
  "bitbucket",
  "discord",
  "facebook",
  "figma",
  "fly",
  "github",
  "gitlab",
  "google",
  "kakao",
  "keycloak",
  "linkedin",
  "linkedin_oidc",
  "notion",
  "slack",
  "slack_oidc",
  "snapchat",
  "spotify",
  "twitch",
  "twitter",
  "workos",
  "zoom",
];
