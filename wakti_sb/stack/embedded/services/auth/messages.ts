/** The words of each message, or those of config.toml in their place. */

import { escape } from "../mail/answers.ts";
import type { Json } from "./params.ts";
import type { Template } from "./settings.ts";

/** As `[auth.email.template.NAME]` calls them. */
export type Kind =
  | "confirmation"
  | "invite"
  | "recovery"
  | "magic_link"
  | "email_change"
  | "reauthentication";

/** What a template may name as `{{ .Name }}`. */
export type Values = Readonly<Record<string, string | Json>>;

const link = (before: string, words: string) =>
  `<p>${before}</p>\n<p><a href="{{ .ConfirmationURL }}">${words}</a></p>\n<p>Or use this code: {{ .Token }}</p>`;

const WORDS: Readonly<Record<Kind, Required<Template>>> = {
  confirmation: {
    subject: "Confirm your address",
    body: link("This completes your registration.", "Confirm the address"),
  },
  invite: {
    subject: "You are invited",
    body: link("Somebody has made you an account.", "Accept the invitation"),
  },
  recovery: {
    subject: "Choose a new password",
    body: link("You asked for a new password.", "Choose a new password"),
  },
  magic_link: {
    subject: "Sign in",
    body: link("This signs you in, once.", "Sign in"),
  },
  email_change: {
    subject: "Confirm the change of your address",
    body: link(
      "Your address changes from {{ .Email }} to {{ .NewEmail }}.",
      "Confirm the change",
    ),
  },
  reauthentication: {
    subject: "{{ .Token }} is your code",
    body: "<p>Use this code to go on: {{ .Token }}</p>",
  },
};

/** A message's subject and HTML. */
export function compose(
  kind: Kind,
  own: Template | undefined,
  values: Values,
): { subject: string; html: string } {
  const words = WORDS[kind];
  return {
    subject: fill(own?.subject ?? words.subject, values, (text) => text),
    html: fill(own?.body ?? words.body, values, escape),
  };
}

/**
 * Puts values into a template. What is no value, such as a condition of Go's templates, stays as
 * it is written, for the reader to see.
 */
function fill(
  template: string,
  values: Values,
  quote: (text: string) => string,
): string {
  return template.replace(
    /\{\{-?\s*\.([\w.]+)\s*-?\}\}/g,
    (written, path: string) => {
      let value: unknown = values;
      for (const name of path.split(".")) {
        value = (value as Json | undefined)?.[name];
      }
      return value === undefined ? written : quote(String(value));
    },
  );
}
