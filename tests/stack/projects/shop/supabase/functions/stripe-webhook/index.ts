import Stripe from "https://esm.sh/stripe@14?target=deno";

const provider = Stripe.createSubtleCryptoProvider();

Deno.serve(async (request) => {
  const signature = request.headers.get("Stripe-Signature");
  if (!signature) return new Response("no signature", { status: 400 });
  await request.text();
  return Response.json({ provider: typeof provider });
});
