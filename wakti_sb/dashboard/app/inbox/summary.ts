/** Who a submission is from and what it is about, guessed from its field names. */

import { type Data, inline, isData } from "../api/json.ts";
import type { Submission } from "../api/inbox.ts";

const NAMES = ["name", "full_name", "fullname", "firstname", "first_name"];
const MAILS = ["email", "e-mail", "mail", "email_address"];
const TEXTS = ["subject", "message", "text", "comment", "feedback", "body"];

export interface Summary {
  readonly who: string;
  readonly text: string;
  /** An address that an answer can go to. */
  readonly mail: string | null;
}

export function summarize(submission: Submission): Summary {
  const data: Data = isData(submission.data)
    ? submission.data
    : { value: submission.data };
  const name = pick(data, NAMES);
  const mail = pick(data, MAILS);
  const known = new Set([name?.key, mail?.key]);
  const rest = Object.entries(data).filter(([key]) =>
    !known.has(key) && !key.startsWith("_")
  );
  const text = pick(data, TEXTS)?.value ??
    [...rest.map(([, value]) => inline(value)), name && mail?.value]
      .filter(Boolean).join(" · ");
  return {
    who: name?.value ?? mail?.value ?? submission.form_name,
    text: text.slice(0, 300),
    mail: mail && /^[^\s@<>]+@[^\s@<>]+$/.test(mail.value) ? mail.value : null,
  };
}

function pick(data: Data, names: readonly string[]) {
  for (const [key, value] of Object.entries(data)) {
    if (names.includes(key.toLowerCase()) && typeof value === "string") {
      if (value.trim()) return { key, value: value.trim() };
    }
  }
  return null;
}
