export default {
  fetch(request: Request): Response {
    return Response.json({ notified: new URL(request.url).pathname });
  },
};
