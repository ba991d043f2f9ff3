/** Why a request is refused: a status and the body that its service's clients read. */

export class Problem extends Error {
  /**
   * @param status The HTTP status of the answer.
   * @param body Sent as JSON; each service of the platform has a shape of its own.
   * @param headers Added to the answer.
   */
  constructor(
    readonly status: number,
    readonly body: Readonly<Record<string, unknown>>,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(String(body.message ?? body.msg ?? status));
    this.name = "Problem";
  }

  response(): Response {
    return Response.json(this.body, {
      status: this.status,
      headers: this.headers,
    });
  }
}
