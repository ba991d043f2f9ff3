const template = await Deno.readTextFile(new URL("./letter.html", import.meta.url));

Deno.serve((req) => {
  const name = new URL(req.url).searchParams.get("name") ?? "reader";
  return new Response(template.replace("{{name}}", name), {
    headers: { "content-type": "text/html" },
  });
});
