Deno.serve((req) => {
  EdgeRuntime.waitUntil(Promise.resolve());
  if (req.headers.get("upgrade")?.toLowerCase() !== "websocket") {
    return new Response("a socket, please", { status: 426 });
  }
  const { socket, response } = Deno.upgradeWebSocket(req);
  socket.onmessage = ({ data }) => socket.send(`heard ${data}`);
  return response;
});
