/** The switches of a backend: what is stored, and what a missing key means. */

export type Access = "public" | "site_users" | "owner";

export const ACCESS: readonly Access[] = ["public", "site_users", "owner"];

export interface Override {
  readonly read?: Access;
  readonly write?: Access;
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
  };
  readonly collections: {
    readonly enabled: boolean;
    readonly read: Access;
    readonly write: Access;
    readonly validate: boolean;
    readonly overrides: { readonly [collection: string]: Override };
  };
  readonly uploads: { readonly enabled: boolean; readonly write: Access };
  readonly auth: { readonly enabled: boolean; readonly signup: boolean };
  readonly rate_limits: {
    readonly submit: number;
    readonly login: number;
    readonly signup: number;
    readonly write: number;
    readonly upload: number;
  };
}

export const DEFAULTS: FullFeatures = {
  forms: { enabled: true, honeypot: "_gotcha", max_bytes: 65536 },
  collections: {
    enabled: true,
    read: "public",
    write: "public",
    validate: false,
    overrides: {},
  },
  uploads: { enabled: true, write: "public" },
  auth: { enabled: true, signup: true },
  rate_limits: { submit: 60, login: 20, signup: 20, write: 120, upload: 30 },
};

/** The features in force. */
export function complete(features: Features): FullFeatures {
  return {
    forms: { ...DEFAULTS.forms, ...features.forms },
    collections: { ...DEFAULTS.collections, ...features.collections },
    uploads: { ...DEFAULTS.uploads, ...features.uploads },
    auth: { ...DEFAULTS.auth, ...features.auth },
    rate_limits: { ...DEFAULTS.rate_limits, ...features.rate_limits },
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
