import { Hono } from "hono";
import { cors } from "hono/cors";

const app = new Hono().basePath("/api");
app.use("*", cors());
app.get("/todos/:id", (c) => c.json({ id: c.req.param("id") }));

Deno.serve(app.fetch);
