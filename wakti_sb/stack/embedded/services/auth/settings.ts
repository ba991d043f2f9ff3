/** What `[auth]` of `supabase/config.toml` says, as the stack hands it over. */

import type { JWK } from "jose";

/** Where a hook may stand; each is a function of the database. */
export const HOOKS = [
  "before_user_created",
  "after_user_created",
  "custom_access_token",
  "password_verification_attempt",
  "mfa_verification_attempt",
  "send_email",
  "send_sms",
] as const;

export type HookName = (typeof HOOKS)[number];

/** A message of one's own: the words of `[auth.email.template.NAME]`. */
export interface Template {
  readonly subject?: string;
  readonly body?: string;
}

export interface AuthSettings {
  readonly siteUrl: string;
  /** Where links may lead besides; `*` and `**` stand for anything. */
  readonly redirectUrls: readonly string[];
  /** Goes into tokens as `iss`; null for the API's own address. */
  readonly issuer: string | null;
  /** Seconds that an access token is good. */
  readonly jwtExpiry: number;
  readonly rotateRefreshTokens: boolean;
  /** Seconds in which a refresh token may be used again. */
  readonly reuseInterval: number;
  readonly signup: boolean;
  readonly anonymous: boolean;
  readonly manualLinking: boolean;
  readonly passwordLength: number;
  /** A password needs a character of each. */
  readonly passwordCharacters: readonly string[];
  readonly emailSignup: boolean;
  readonly emailConfirmations: boolean;
  /** Whether the old address has a say when the address changes. */
  readonly doubleConfirm: boolean;
  readonly securePasswordChange: boolean;
  /** Seconds between two messages to one user. */
  readonly maxFrequency: number;
  readonly otpLength: number;
  /** Seconds that a link or a code is good. */
  readonly otpExpiry: number;
  readonly smsSignup: boolean;
  readonly smsConfirmations: boolean;
  /** The code for each number that gets one: nothing is sent. */
  readonly testOtps: Readonly<Record<string, string>>;
  /** Seconds after which a session ends; null for never. */
  readonly timebox: number | null;
  readonly inactivityTimeout: number | null;
  readonly mostFactors: number;
  readonly totpEnroll: boolean;
  readonly totpVerify: boolean;
  /** The function of each hook, as SQL names it. */
  readonly hooks: Readonly<Partial<Record<HookName, string>>>;
  readonly templates: Readonly<Record<string, Template>>;
  /** Private keys; the first one signs. Empty for the stack's secret. */
  readonly signingKeys: readonly JWK[];
}

/** The official CLI's defaults; a second factor may be had, as on the hosted platform. */
export const DEFAULTS: AuthSettings = {
  siteUrl: "http://127.0.0.1:3000",
  redirectUrls: ["https://127.0.0.1:3000"],
  issuer: null,
  jwtExpiry: 3600,
  rotateRefreshTokens: true,
  reuseInterval: 10,
  signup: true,
  anonymous: false,
  manualLinking: false,
  passwordLength: 6,
  passwordCharacters: [],
  emailSignup: true,
  emailConfirmations: false,
  doubleConfirm: true,
  securePasswordChange: false,
  maxFrequency: 1,
  otpLength: 6,
  otpExpiry: 3600,
  smsSignup: false,
  smsConfirmations: false,
  testOtps: {},
  timebox: null,
  inactivityTimeout: null,
  mostFactors: 10,
  totpEnroll: true,
  totpVerify: true,
  hooks: {},
  templates: {},
  signingKeys: [],
};
