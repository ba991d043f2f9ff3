import Stripe from "npm:stripe@14";

const stripe = new Stripe(Deno.env.get("STRIPE_KEY") as string, {
  httpClient: Stripe.createFetchHttpClient(),
});

Deno.serve((req) => {
  if (req.method === "OPTIONS") return new Response(null, { status: 204 });
  return Response.json({ ready: typeof stripe.checkout.sessions.create === "function" });
});
