/** Who a submission is from and what it is about, guessed from its field names and values. */

import { type Data, inline, isData, type Json } from "../api/json.ts";
import type { Submission } from "../api/inbox.ts";

/**
 * Names of fields in the languages of the page and some more, without case, spaces and marks.
 * A name that is none of them is no loss: an address is recognised by its value.
 */
const NAMES = words(
  "name fullname firstname yourname nom prenom nombre vorname isim",
  "الاسم اسم الاسم_الكامل الاسم_الأول اسمك الإسم نام",
);
const MAILS = words(
  "email mail emailaddress youremail courriel correo eposta",
  "البريد البريد_الإلكتروني البريد_الالكتروني بريد الايميل إيميل ایمیل",
);
const TEXTS = words(
  "subject message text comment comments feedback body betreff nachricht sujet mensaje mesaj",
  "الرسالة رسالة رسالتك الموضوع موضوع التعليق تعليق ملاحظات نص_الرسالة پیام",
);

const ADDRESS = /^[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+$/u;

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
  const fields = Object.entries(data).filter(([key]) => !key.startsWith("_"));
  const name = named(fields, NAMES);
  const mail = address(fields);
  const known = new Set([name?.key, mail?.key]);
  const rest = fields.filter(([key]) => !known.has(key));
  const text = named(rest, TEXTS)?.value ??
    [...rest.map(([, value]) => inline(value)), name && mail?.value]
      .filter(Boolean).join(" · ");
  return {
    who: name?.value ?? mail?.value ?? submission.form_name,
    text: text.slice(0, 300),
    mail: mail?.value ?? null,
  };
}

type Fields = readonly (readonly [string, Json])[];

function named(fields: Fields, names: ReadonlySet<string>) {
  for (const [key, value] of fields) {
    if (names.has(plainName(key)) && typeof value === "string") {
      if (value.trim()) return { key, value: value.trim() };
    }
  }
  return null;
}

/** A field called like an address, else the first value that looks like one. */
function address(fields: Fields) {
  const byName = named(fields, MAILS);
  if (byName && ADDRESS.test(byName.value)) return byName;
  for (const [key, value] of fields) {
    if (typeof value === "string" && ADDRESS.test(value.trim())) {
      return { key, value: value.trim() };
    }
  }
  return null;
}

function words(...lines: readonly string[]): ReadonlySet<string> {
  return new Set(lines.join(" ").split(" ").map(plainName));
}

/** Without case, and without what stands between words: `E-Mail`, `e_mail` and `email` are one. */
function plainName(name: string): string {
  return name.normalize("NFKD").toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
}
