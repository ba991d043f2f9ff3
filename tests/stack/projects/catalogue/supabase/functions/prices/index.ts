import { z } from "zod";
import { euros } from "shared/money.ts";

const Body = z.object({ cents: z.number().int() });

Deno.serve(async (req: Request) => {
  const parsed = Body.safeParse(await req.json().catch(() => null));
  if (!parsed.success) return Response.json({ error: "cents" }, { status: 400 });
  return Response.json({ price: euros(parsed.data.cents) });
});
