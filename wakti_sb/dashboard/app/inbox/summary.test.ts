import { summarize } from "./summary.ts";
import type { Json } from "../api/json.ts";

function same(actual: unknown, expected: unknown): void {
  const [left, right] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (left !== right) throw new Error(`${left} is not ${right}`);
}

function of(data: Json) {
  return summarize({
    id: "1",
    form_name: "contact",
    data,
    status: "read",
    is_spam: false,
    origin: null,
    note: null,
    labels: [],
    blocked: false,
    created_at: "2026-01-01",
  });
}

Deno.test("names, addresses and messages are known in Arabic, in any case and spelling", () => {
  same(
    of({
      "الاسم": "سارة",
      "البريد الإلكتروني": "sara@example.com",
      "الرسالة": "مرحبا",
    }),
    { who: "سارة", text: "مرحبا", mail: "sara@example.com" },
  );
  same(of({ "Full Name": "Tom", "E-Mail": "t@example.com", MESSAGE: "Hi" }), {
    who: "Tom",
    text: "Hi",
    mail: "t@example.com",
  });
});

Deno.test("a value that looks like an address is one, whatever its field is called", () => {
  same(of({ contacto: "ana@example.es", q: "?" }).mail, "ana@example.es");
  same(of({ q: "write to me @ home" }).mail, null);
  same(of({ email: "not one", other: "a@example.com" }).mail, "a@example.com");
});

Deno.test("an address that could carry a second one is none", () => {
  same(of({ email: "a@example.com,b@example.com" }).mail, null);
  same(of({ email: "a@example.com\nBcc: b@example.com" }).mail, null);
});

Deno.test("a field called like something that objects inherit is just a field", () => {
  same(of({ constructor: "x", toString: "y" }).text, "x · y");
});
