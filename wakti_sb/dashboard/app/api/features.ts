/** The switches of a backend: what is stored, and what a missing key means. */

import { limits, type RateLimits } from "./limits.ts";

export type Access = "public" | "site_users" | "owner";

export const ACCESS: readonly Access[] = ["public", "site_users", "owner"];

/** Who may use a right on a collection; "own": whoever has an account, on what it made itself. */
export type Right = Access | "own";

export const RIGHTS: readonly Right[] = [
  "public",
  "site_users",
  "own",
  "owner",
];

export const VERBS = ["read", "create", "update", "delete"] as const;

export type Verb = (typeof VERBS)[number];

/** As it is stored: `write` stands for the three others, a right's own word goes before it. */
export type StoredRights = { readonly [Name in Verb | "write"]?: Right };

export interface Override extends StoredRights {
  readonly validate?: boolean;
}

/** As the database holds it: every key may be missing. */
export interface Features {
  readonly forms?: Partial<FullFeatures["forms"]>;
  readonly collections?: Partial<FullFeatures["collections"]>;
  readonly uploads?: Partial<FullFeatures["uploads"]>;
  readonly auth?: Partial<FullFeatures["auth"]>;
  readonly rate_limits?: Partial<FullFeatures["rate_limits"]>;
}

export interface FullFeatures {
  readonly forms: {
    readonly enabled: boolean;
    readonly honeypot: string;
    readonly max_bytes: number;
    readonly blocked_senders: readonly string[];
    readonly blocked_words: readonly string[];
  };
  readonly collections: StoredRights & {
    readonly enabled: boolean;
    readonly validate: boolean;
    readonly overrides: { readonly [collection: string]: Override };
  };
  readonly uploads: { readonly enabled: boolean; readonly write: Access };
  readonly auth: { readonly enabled: boolean; readonly signup: boolean };
  readonly rate_limits: RateLimits;
}

const defaults = {
  forms: {
    enabled: true,
    honeypot: "_gotcha",
    blocked_senders: [],
    blocked_words: [],
  },
  collections: {
    enabled: true,
    validate: false,
    overrides: {},
  },
  uploads: { enabled: true, write: "public" },
  auth: { enabled: true, signup: true },
} as const;

/** What a new project begins with: pages show what only its owner changes. */
export const NEW_PROJECT: Features = {
  collections: { create: "public", update: "owner", delete: "owner" },
};

/** The features in force. */
export function complete(features: Features): FullFeatures {
  return {
    forms: {
      ...defaults.forms,
      max_bytes: limits.form_data,
      ...features.forms,
    },
    collections: { ...defaults.collections, ...features.collections },
    uploads: { ...defaults.uploads, ...features.uploads },
    auth: { ...defaults.auth, ...features.auth },
    rate_limits: { ...limits.rate_limits, ...features.rate_limits },
  };
}

/** Sections with a key changed; keys that were never set stay out of it. */
export function changed<Section extends keyof FullFeatures>(
  features: Features,
  section: Section,
  change: Partial<FullFeatures[Section]>,
): Features {
  return { ...features, [section]: { ...features[section], ...change } };
}
