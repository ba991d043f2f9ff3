/**
 * What the backend takes, so that the page can say so before it sends. `config.json` tells what
 * `wakti.toml` decides; where it tells nothing, it is what a new `wakti.toml` has, and a test
 * compares the two. The database and the site API enforce it.
 */
export interface Limits {
  /** Bytes of an item's JSON. */
  readonly item: number;
  /** How deep a document may be nested. */
  readonly json_depth: number;
  /** Bytes of one form's data. */
  readonly form_data: number;
  /** Bytes of one file. */
  readonly file: number;
  /** Bytes of all files of a project. */
  readonly project: number;
  /** Characters of a collection's or form's name. */
  readonly name_chars: number;
  /** What such a name may be: a regular expression without its ends. */
  readonly name_pattern: string;
  /** Requests a minute, where a project says nothing of its own. */
  readonly rate_limits: RateLimits;
}

export interface RateLimits {
  readonly submit: number;
  readonly login: number;
  readonly signup: number;
  readonly write: number;
  readonly upload: number;
}

const usual: Limits = {
  item: 262_144,
  json_depth: 32,
  form_data: 65_536,
  file: 10_485_760,
  project: 52_428_800,
  name_chars: 64,
  name_pattern: "[A-Za-z0-9_-]{1,64}",
  rate_limits: { submit: 60, login: 20, signup: 20, write: 120, upload: 30 },
};

/** The limits in force; `adopt` sets them before anything is drawn. */
export let limits: Limits = usual;

/** Takes what `config.json` says. */
export function adopt(said: Partial<Limits> | undefined): void {
  limits = { ...usual, ...said };
}

/** Whether the site API takes this as a collection's or a form's name. */
export function isName(text: string): boolean {
  return new RegExp(`^${limits.name_pattern}$`).test(text);
}
