/** Runs the statement of a plan in one transaction. */

import { databaseProblem } from "./database_refusals.ts";
import {
  notSingular,
  putOfAnotherKey,
  tooManyAffected,
  withoutFilter,
} from "./refusals.ts";
import type { Database, Row, Session, Statement } from "./database.ts";
import type { Media } from "./grammar/media.ts";
import type { RowsPlan } from "./plan/plan.ts";
import type { ApiRequest } from "./request.ts";
import type { Snapshot } from "./schema/cache.ts";
import { type Fragment, raw } from "./sql/fragment.ts";
import {
  beginSql,
  type Caller,
  preRequestSql,
  settingsSql,
} from "./sql/settings.ts";
import { unfilteredAmong } from "./told.ts";
import { plannedCountSql, RESULT, statementSql } from "./sql/statement.ts";

/** What the statement says. */
export interface Result {
  /** Rows that there are, where they were counted. */
  readonly total: number | null;
  /** Rows that are sent, or that were changed. */
  readonly rows: number;
  /** The primary key of the row that was inserted, as filters. */
  readonly location: readonly (readonly [name: string, filter: string])[];
  readonly body: string | Uint8Array<ArrayBuffer>;
  /** What a function has set. */
  readonly headers: string | null;
  readonly status: string | null;
  /** Rows that were inserted and not merged; null if there were no rows at all. */
  readonly inserted: number | null;
}

/** The rows of an `explain`, or the one row of a statement. */
export type Outcome =
  | { readonly kind: "plan"; readonly text: string }
  | { readonly kind: "rows"; readonly result: Result };

/** How a transaction goes. */
interface Transaction {
  readonly readOnly: boolean;
  readonly isolation: string | null;
  /** Whether its end depends on what was found. */
  readonly guarded: boolean;
  readonly undo: boolean;
  /** Whether functions are watched for changes without a filter. */
  readonly watched: boolean;
}

/** Throws Problem. */
export async function runPlan(
  database: Database,
  plan: RowsPlan,
  request: ApiRequest,
  caller: Caller,
  snapshot: Snapshot,
): Promise<Outcome> {
  const { config } = snapshot;
  const transaction = transactionOf(plan, request, caller, snapshot);
  const { readOnly } = transaction;
  const { preferences } = request;
  const before = prelude(plan, request, caller, snapshot, transaction);
  const main = {
    ...statementSql(plan, preferences, config.maxRows).statement(),
    role: caller.role,
  };
  const count = plan.kind === "read" && plan.media.kind !== "plan" &&
      (preferences.count === "planned" || preferences.count === "estimated")
    ? [plannedCountSql(plan).statement()]
    : [];
  const isKnown = caller.role !== config.anonRole;
  try {
    return await database.session(readOnly, async (session) => {
      const told = transaction.watched ? session.listen() : [];
      const check = (results: readonly Row[][]): Outcome => {
        const verb = unfilteredAmong(told);
        if (verb !== null) throw withoutFilter(verb);
        const outcome = outcomeOf(plan, request, config.maxRows, results);
        if (outcome.kind === "rows") {
          requireWanted(plan, request, outcome.result);
        }
        return outcome;
      };
      const statements = [...before, main, ...count];
      return await inTransaction(
        session,
        statements,
        transaction,
        (all) => check(all.slice(before.length)),
      );
    });
  } catch (error) {
    throw databaseProblem(error, isKnown) ?? error;
  }
}

/** Statements that make the transaction the caller's. */
export function prelude(
  plan: RowsPlan | null,
  request: ApiRequest,
  caller: Caller,
  { config, roles }: Snapshot,
  how: Pick<Transaction, "readOnly" | "watched">,
): Statement[] {
  const own = plan?.kind === "call" ? plan.call.routine.settings : [];
  const role = roles.get(caller.role);
  const settings = settingsSql(request, caller, config, role, own, how);
  return [
    settings.statement(),
    ...config.preRequest === null
      ? []
      : [preRequestSql(config.preRequest).statement()],
  ];
}

function transactionOf(
  plan: RowsPlan,
  request: ApiRequest,
  caller: Caller,
  { config, roles, watches }: Snapshot,
): Transaction {
  const { tx, handling, maxAffected } = request.preferences;
  const readOnly = plan.kind === "read" ||
    (plan.kind === "call" && !plan.writes);
  const ofFunction = plan.kind === "call" ? plan.call.routine.isolation : null;
  const undo = tx === "rollback" || (config.rollback && tx !== "commit");
  const limited = maxAffected !== null && handling === "strict";
  const isPut = plan.kind === "mutate" && plan.mutation === "upsert";
  return {
    readOnly,
    isolation: ofFunction ?? roles.get(caller.role)?.isolation ?? null,
    guarded: !readOnly &&
      (isSingular(plan.media) || limited || isPut || watches),
    undo: undo && !readOnly,
    watched: watches && !readOnly,
  };
}

/**
 * Statements that go to the server together are a transaction by themselves. It only has to be
 * opened and closed by statements where something depends on what was found.
 */
async function inTransaction(
  session: Session,
  statements: readonly Statement[],
  { readOnly, isolation, guarded, undo }: Transaction,
  check: (results: readonly Row[][]) => Outcome,
): Promise<Outcome> {
  if (!guarded && !undo && isolation === null) {
    return check(await session.run(statements));
  }
  try {
    const begin = beginSql(isolation, readOnly).statement();
    const [, ...results] = await session.run([begin, ...statements]);
    const outcome = check(results);
    await session.run(undo ? UNDO : [COMMIT]);
    return outcome;
  } catch (error) {
    // This fails only if the connection is gone, and the transaction with it.
    await session.run([ROLLBACK]).catch(() => {});
    throw error;
  }
}

const statement = (text: string): Statement =>
  (raw(text) satisfies Fragment).statement();
const COMMIT = statement("commit");
const ROLLBACK = statement("rollback");
/** What would have failed at the end fails all the same. */
const UNDO = [statement("set constraints all immediate"), ROLLBACK];

function isSingular({ kind }: Media): boolean {
  return kind === "object";
}

function outcomeOf(
  plan: RowsPlan,
  request: ApiRequest,
  maxRows: number | null,
  [rows, count]: readonly Row[][],
): Outcome {
  if (plan.media.kind === "plan") {
    const text = rows!.map(([line]) => `${line}\n`).join("");
    return { kind: "plan", text };
  }
  const row = rows![0]!;
  const { inserted } = RESULT;
  const written = row[inserted] ?? null;
  return {
    kind: "rows",
    result: {
      total: totalOf(row, count, request, maxRows),
      rows: Number(row[RESULT.rows]),
      location: JSON.parse(row[RESULT.location] ?? "[]"),
      body: bodyOf(row[RESULT.body] ?? "", plan.media),
      headers: row[RESULT.headers] ?? null,
      status: row[RESULT.status] ?? null,
      inserted: written === null ? null : Number(written),
    },
  };
}

/** Where bytes are sent, PostgreSQL's text for them is read. */
function bodyOf(text: string, { kind }: Media): Result["body"] {
  if (
    (kind !== "bytes" && kind !== "other") || !/^\\x([0-9a-f]{2})*$/.test(text)
  ) {
    return text;
  }
  return Uint8Array.from(
    text.slice(2).match(/../g) ?? [],
    (two) => parseInt(two, 16),
  );
}

function totalOf(
  row: Row,
  planned: Row[] | undefined,
  request: ApiRequest,
  maxRows: number | null,
): number | null {
  const text = row[RESULT.total] ?? "";
  const counted = text === "" ? null : Number(text);
  const { count } = request.preferences;
  if (planned === undefined) return counted;
  const guess: number = JSON.parse(planned[0]![0]!)[0].Plan["Plan Rows"];
  if (count === "planned") return guess;
  const isWhole = counted !== null && maxRows !== null && counted <= maxRows;
  return isWhole ? counted : Math.max(counted ?? 0, guess);
}

/** Throws Problem if there are more rows or fewer than the request allows. */
function requireWanted(
  plan: RowsPlan,
  { preferences }: ApiRequest,
  { rows }: Result,
): void {
  const mutation = plan.kind === "mutate" ? plan.mutation : null;
  if (mutation === "upsert") {
    if (rows !== 1) throw putOfAnotherKey();
    return;
  }
  if (isSingular(plan.media) && rows !== 1) throw notSingular(rows);
  const { maxAffected, handling } = preferences;
  if (plan.kind === "read" || mutation === "insert") return;
  if (handling !== "strict") return;
  if (maxAffected !== null && rows > maxAffected) throw tooManyAffected(rows);
}
