/** Everything that can go wrong between the page and the API, as one class. */

export type ProblemKind =
  /** No answer came: the network or the API is down. */
  | "offline"
  /** The owner's session ended. */
  | "session"
  /** What it is about is not there any more, or never was this owner's. */
  | "gone"
  /** Somebody else saved first. */
  | "conflict"
  /** The API understood and said no; `code` or the message says why. */
  | "refused"
  /** The API failed. */
  | "server";

export class Problem extends Error {
  override readonly name = "Problem";

  constructor(
    readonly kind: ProblemKind,
    /** The API's sentence, for a code that the page has no words for. */
    message = "",
    readonly code: string | null = null,
  ) {
    super(message);
  }
}

interface RestError {
  readonly message: string;
  readonly code?: string;
}

/** What an answer of the Data API with an error means. */
export function restProblem(error: RestError, status: number): Problem {
  const code = error.code ?? null;
  if (status === 0) return new Problem("offline", error.message);
  if (status === 401 || code?.startsWith("PGRST30")) {
    return new Problem("session", error.message, code);
  }
  // A foreign key that leads nowhere, or a row the policies do not let in: the
  // project that it belongs to has gone.
  if (code === "23503" || code === "42501") {
    return new Problem("gone", error.message, code);
  }
  if (status >= 500) return new Problem("server", error.message, code);
  return new Problem("refused", error.message, code);
}

/** What an answer of the site API other than 200 means. */
export function siteProblem(status: number, body: unknown): Problem {
  const said = typeof body === "object" && body !== null ? body : {};
  const code = "code" in said && typeof said.code === "string"
    ? said.code
    : null;
  const message = "error" in said && typeof said.error === "string"
    ? said.error
    : "";
  if (status === 0) return new Problem("offline");
  if (status === 401) return new Problem("session", message, code);
  if (code === "file_not_found") return new Problem("gone", message, code);
  if (status >= 500) return new Problem("server", message, code);
  return new Problem("refused", message, code);
}

/** Any thrown value as a Problem; what is no Problem yet is a failed request. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem(
    error instanceof TypeError ? "offline" : "server",
    error instanceof Error ? error.message : String(error),
  );
}
