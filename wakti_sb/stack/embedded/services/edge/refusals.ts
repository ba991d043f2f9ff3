/** What is answered in the place of a function, in the platform's shape. */

import { Problem } from "../problem.ts";
import { type Failure, LauncherError } from "./launcher.ts";
import { BootError, type Target } from "./targets.ts";

const RETRY = { "retry-after": "1" };

export function refusal(
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Problem {
  return new Problem(status, { code, message }, inItsName(code, headers));
}

/** Why there is no process to answer. Throws what is none of these. */
export function notServed(error: unknown, target: Target): Problem {
  if (error instanceof Problem) return ofTarget(error, target);
  if (error instanceof BootError) return ofTarget(dead(error.failure), target);
  if (!(error instanceof LauncherError)) throw error;
  return ofTarget(
    refusal(
      503,
      "LOAD_FUNCTION_ERROR",
      "The process that runs the functions does not answer; `wakti-sb up` starts it again.",
      RETRY,
    ),
    target,
  );
}

/** The answer for a function whose process has ended. */
export function dead(failure: Failure | null): Problem {
  if (failure === null) {
    return refusal(
      503,
      "WORKER_ERROR",
      "Function exited due to an error (please check logs)",
      RETRY,
    );
  }
  const { status, code, message, reason } = failure;
  return new Problem(
    status,
    { code, message, reason },
    inItsName(code, RETRY),
  );
}

/**
 * The same where the process may have done what it was asked for. The site API's 503 says that
 * nothing was done; this one has to be another.
 */
export function unknown(
  problem: Problem,
  what = "The function ended while it worked on this request",
): Problem {
  const message = `${what}; ` +
    "whether it was done is not known. Repeat it with its Idempotency-Key.";
  return new Problem(504, { ...problem.body, message }, problem.headers);
}

/** The answer for a request that a process has and does not answer. */
export function silent(message: string): Problem {
  return refusal(504, "IDLE_TIMEOUT", message, RETRY);
}

/** The answer for a request that no process has seen in its time. */
export function noWorker(): Problem {
  return refusal(
    503,
    "BOOT_ERROR",
    "No process of the function was ready in time; nothing was done",
    RETRY,
  );
}

/** The refusal as the callers of this function read errors: those of the site API read `error`. */
export function ofTarget(problem: Problem, target: Target): Problem {
  if (!target.isOurs) return problem;
  const body = { error: problem.body.message, ...problem.body };
  return new Problem(problem.status, body, problem.headers);
}

/** The function would say who may read its answers; it never got to. */
function inItsName(
  code: string,
  headers: Readonly<Record<string, string>>,
): Record<string, string> {
  return {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "retry-after, sb-error-code",
    "sb-error-code": code,
    ...headers,
  };
}
