import { createHmac, timingSafeEqual } from "node:crypto";
import { Buffer } from "node:buffer";

const secret = Deno.env.get("WEBHOOK_SECRET")!;

Deno.serve({ port: 3000 }, async (req) => {
  const body = await req.text();
  const expected = createHmac("sha256", secret).update(body).digest();
  const given = Buffer.from(req.headers.get("x-signature") ?? "", "hex");
  const good = given.length === expected.length && timingSafeEqual(given, expected);
  return new Response(good ? "accepted" : "refused", { status: good ? 200 : 401 });
});
