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
