import postgres from "postgres";

import { Clock } from "./clock.ts";
import { within } from "./deadline.ts";
import { ApiError, isErrorCode } from "./errors.ts";
import { type Kind, Lanes } from "./lanes.ts";

/** What a function of the database's site API answers. */
export interface Row {
  readonly status: number;
  readonly code: string | null;
  readonly body: string | null;
  readonly cors: string | null;
  readonly retry_after: number | null;
}

/** A value that travels to the database as a parameter. */
export type Parameter =
  | string
  | number
  | boolean
  | null
  | Uint8Array
  | readonly string[]
  | Readonly<Record<string, string>>;

/** The functions of schema `wakti` that the role of this API may call, and their parameters. */
const functions = {
  submit: 6,
  list_items: 9,
  search_items: 13,
  read_item: 8,
  create_item: 9,
  update_item: 9,
  delete_item: 8,
  begin_signup: 5,
  finish_signup: 6,
  begin_login: 4,
  finish_login: 5,
  me: 4,
  logout: 4,
  begin_upload: 5,
  reserve_upload: 9,
  complete_upload: 2,
  release_uploads: 2,
  find_upload: 5,
  remove_upload: 3,
} as const;

/** A function of the site API in the database. */
export type FunctionName = keyof typeof functions;

/** The database, as far as this API needs one. */
export interface Database {
  /** Call one function of the site API: one statement, one transaction. */
  call(name: FunctionName, parameters: readonly Parameter[]): Promise<Row>;
  /** Throw database_unavailable unless the database answers. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** The functions that only read; a search may take long. */
const kinds: Partial<Record<FunctionName, Kind>> = {
  list_items: "read",
  search_items: "search",
  read_item: "read",
  me: "read",
};

/**
 * Milliseconds until a database that does not answer counts as gone. By then a call is over or will
 * never be done: it begins within `soon` or not at all, and the database ends what takes 4 seconds.
 */
const patience = 8_000;

/** Milliseconds after which the database no longer begins with a call. */
const soon = 3_000;

/** Connections that one function may hold; a pooler serves many functions with its own. */
const most = { direct: 4, pooled: 2 };

const statements = Object.fromEntries(
  Object.entries(functions).map(([name, count]) => {
    const places = Array.from({ length: count }, (_, at) => `$${at + 1}`);
    return [
      name,
      `select status, code, body, cors, retry_after from wakti.${name}(${
        [`wakti.in_time($1, $${count + 1})`, ...places.slice(1)].join(", ")
      })`,
    ];
  }),
) as Record<FunctionName, string>;

/** What narrows a session of another role to the API's own, as wakti_edge has it by itself. */
const edgeSession = {
  role: "wakti_edge",
  statement_timeout: 4_000,
  lock_timeout: 1_000,
  timezone: "UTC",
};

const narrow = [
  "set transaction isolation level read committed",
  ...Object.entries(edgeSession)
    .map(([name, value]) => `set local ${name} = '${value}'`),
].join("; ");

/**
 * At most four connections, two by the pooler.
 *
 * The transaction pooler gives a connection away between two statements, so nothing may be prepared
 * on it. A URL that is not the API's own role is narrowed to it: for the session, or behind the
 * pooler, which knows no sessions, for each transaction.
 */
export function connect(url: string, isEdgeRole: boolean): Database {
  const isPooler = new URL(url).port === "6543";
  const open = (): postgres.Sql =>
    postgres(url, {
      max: 1,
      prepare: !isPooler,
      fetch_types: false,
      connect_timeout: 5,
      idle_timeout: 60,
      max_lifetime: 30 * 60,
      backoff: () => 0.1,
      onnotice: () => {},
      connection: {
        application_name: "project-backend-api",
        ...(isEdgeRole || isPooler ? {} : {
          ...edgeSession,
          default_transaction_isolation: "read committed",
        }),
      },
    });
  const mustNarrow = isPooler && !isEdgeRole;
  const places = Array.from(
    { length: isPooler ? most.pooled : most.direct },
    () => ({ sql: open() }),
  );
  const lanes = new Lanes(
    places,
    () => unavailable("all connections are held up"),
  );
  const clock = new Clock(() =>
    run(
      (sql) => sql`select extract(epoch from clock_timestamp()) as now`,
      "read",
    )
      .then(([row]) => Number(row?.now) * 1_000)
  );

  /** The driver can leave a connection that was cut in the middle waiting for ever. */
  async function run<T>(
    query: (sql: postgres.Sql) => PromiseLike<T>,
    kind: Kind,
  ): Promise<T> {
    let renew = (): void => {};
    const asked = lanes.run((place) => {
      const { sql } = place;
      renew = () => {
        if (place.sql !== sql) return;
        place.sql = open();
        sql.end({ timeout: 5 }).catch(() => {});
      };
      return query(sql);
    }, kind);
    try {
      return await within(asked, patience, () => unavailable("no answer"));
    } catch (error) {
      if (isSilence(error)) renew();
      throw error;
    }
  }

  async function ask(
    name: FunctionName,
    parameters: readonly Parameter[],
    until: number,
  ): Promise<Row> {
    const all = [...parameters, until / 1_000];
    const send = (sql: Pick<postgres.Sql, "unsafe">) =>
      sql.unsafe<Row[]>(statements[name], all as never[], {
        prepare: !isPooler,
      });
    const [row] = await run(
      mustNarrow
        ? (sql) =>
          sql.begin(async (transaction) => {
            await transaction.unsafe(narrow);
            return [...await send(transaction)];
          })
        : send,
      kinds[name] ?? "write",
    );
    // A connection that is cut at the wrong moment gives a result without its row.
    if (row === undefined) throw unavailable("no row");
    return row;
  }

  return {
    async call(name, parameters) {
      const came = Date.now();
      const once = async (): Promise<Row> => {
        const until = clock.at(came + soon);
        return await ask(
          name,
          parameters,
          typeof until === "number" ? until : await until,
        );
      };
      try {
        return await once().catch((error) => {
          const code = codeOf(error);
          // Too late by the database's clock and not by ours: one of them was set.
          const isMisjudged = code === late && Date.now() - came < soon / 2;
          if (isMisjudged) clock.forget();
          if (isMisjudged || undone.has(code)) return once();
          throw error;
        });
      } catch (error) {
        throw kinds[name] === "search" && codeOf(error) === "57014"
          ? new ApiError("invalid_field", tooDear)
          : translate(error);
      }
    },
    async ping() {
      await run((sql) => sql`select 1`, "read").catch((error) => {
        throw translate(error);
      });
    },
    async close() {
      await Promise.all(places.map(({ sql }) => sql.end({ timeout: 1 })));
    },
  };
}

const tooDear =
  "This list takes too long to put together; ask for a smaller offset, or order by a column";

/** What wakti.in_time() raises. */
const late = "WKLTE";

/** Errors after which nothing is done and the same call can be made again: deadlocks. */
const undone: ReadonlySet<string> = new Set(["40P01", "40001"]);

/** The finished JSON of an answer; throw the refusal if it is one. */
export function bodyOf(row: Row): string {
  if (row.status === 200) return row.body ?? "";
  const code = row.code ?? "";
  throw new ApiError(
    isErrorCode(code) ? code : "internal_error",
    code === "invalid_data" || code === "quota_exceeded" ? row.body : null,
    row.retry_after === null ? {} : { retryAfter: row.retry_after },
  );
}

/** Say in the API's words what the database or the way to it said. */
export function translate(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const code = codeOf(error);
  // Connections refused, closed, timed out; too many; shutting down; statement or lock timeout;
  // the database or the role is not there (yet); a deadlock; a call that came too late.
  if (
    !(error instanceof postgres.PostgresError) ||
    /^(08|53|57|58|55P03|3D000|28|40|WKLTE)/.test(code)
  ) {
    return isConnectionCode(code) || error instanceof postgres.PostgresError
      ? unavailable(error)
      : new ApiError("internal_error", null, { cause: error });
  }
  // Values that passed our checks and that the database still cannot hold.
  if (code.startsWith("22") || code === "54000") {
    return new ApiError("invalid_field", null, { cause: error });
  }
  if (code === "23514") {
    return new ApiError("invalid_data", null, { cause: error });
  }
  // The project went away between the gates and the row.
  if (code === "23503") {
    return new ApiError("backend_not_enabled", null, { cause: error });
  }
  return new ApiError("internal_error", null, { cause: error });
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

/** Did nobody answer at all, as opposed to an answer that is a refusal? */
function isSilence(error: unknown): boolean {
  return error instanceof ApiError ||
    error instanceof Error && "code" in error &&
      error.code === "CONNECT_TIMEOUT";
}

function unavailable(cause: unknown): ApiError {
  return new ApiError("database_unavailable", null, { retryAfter: 5, cause });
}

function isConnectionCode(code: string): boolean {
  return /^(E[A-Z]+|CONNECT_TIMEOUT|CONNECTION_[A-Z]+)$/.test(code);
}
