import postgres from "postgres";

import {
  type FunctionName,
  functions,
  kinds,
  type Parameter,
  type Way,
  wayOf,
} from "./calls.ts";
import { Clock } from "./clock.ts";
import {
  codeOf,
  isCut,
  isSilence,
  late,
  Silence,
  taken,
  translate,
  unavailable,
  undone,
  unknown,
} from "./database_errors.ts";
import { type Deadline, within } from "./deadline.ts";
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

/** The database, as far as this API needs one. */
export interface Database {
  /**
   * Call one function of the site API: one statement, one transaction. An answer that is cut off is
   * asked for again; what cannot be told by the deadline is said to be unknown.
   */
  call(
    name: FunctionName,
    parameters: readonly Parameter[],
    deadline: Deadline,
  ): Promise<Row>;
  /** Throw database_unavailable unless the database answers. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Milliseconds until a database that does not answer counts as gone. By then a call is over or will
 * never be done: it begins within `soon` or not at all, and the database ends what takes 4 seconds.
 */
const patience = 7_000;

/** Milliseconds after which the database no longer begins with a call. */
const soon = 2_500;

/** Milliseconds of a deadline with which no call is begun any more. */
const spare = 1_000;

/** Milliseconds until a call that was cut off is asked for again; each next pause is twice as long. */
const pause = 50;

/** Connections that one function may hold; a pooler serves many functions with its own. */
const most = { direct: 4, pooled: 2 };

/** The project, unless the call came too late: that is looked at before anything is done. */
function inTime(place: number): string {
  return `case when clock_timestamp() > to_timestamp($${place})` +
    ` then wakti.in_time($1, $${place}) else $1::uuid end`;
}

const statements = Object.fromEntries(
  Object.entries(functions).map(([name, count]) => {
    const places = Array.from({ length: count }, (_, at) => `$${at + 1}`);
    return [
      name,
      `select status, code, body, cors, retry_after from wakti.${name}(${
        [inTime(count + 1), ...places.slice(1)].join(", ")
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
      soon,
    )
      .then(([row]) => Number(row?.now) * 1_000)
  );

  /** The driver can leave a connection that was cut in the middle waiting for ever. */
  async function run<T>(
    query: (sql: postgres.Sql) => PromiseLike<T>,
    kind: Kind,
    ms: number,
    project: string | null = null,
  ): Promise<T> {
    let renew = (): void => {};
    const asked = lanes.run(
      (place) => {
        const { sql } = place;
        renew = () => {
          if (place.sql !== sql) return;
          place.sql = open();
          sql.end({ timeout: 5 }).catch(() => {});
        };
        return query(sql);
      },
      kind,
      project,
    );
    try {
      return await within(asked, ms, () => new Silence("no answer"));
    } catch (error) {
      if (isSilence(error)) renew();
      throw error;
    }
  }

  async function ask(
    name: FunctionName,
    parameters: readonly Parameter[],
    deadline: Deadline,
    began = Date.now(),
  ): Promise<Row> {
    const left = deadline.left;
    if (left < spare) throw unavailable("no time is left");
    const begin = clock.at(
      Math.min(began + soon, Date.now() + left - spare),
    );
    const until = typeof begin === "number" ? begin : await begin;
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
      Math.min(patience, deadline.left),
      typeof parameters[0] === "string" ? parameters[0] : null,
    );
    // A connection that is cut at the wrong moment gives a result without its row.
    if (row === undefined) throw new Silence("no row");
    return row;
  }

  /** One attempt; two where the first one was refused for what is over by now. */
  async function attempt(
    name: FunctionName,
    parameters: readonly Parameter[],
    deadline: Deadline,
  ): Promise<Row> {
    const began = Date.now();
    try {
      return await ask(name, parameters, deadline, began);
    } catch (error) {
      const code = codeOf(error);
      // Too late by the database's clock and not by ours: one of them was set.
      const isMisjudged = code === late && Date.now() - began < soon / 2;
      if (isMisjudged) clock.forget();
      if (!isMisjudged && !undone.has(code)) throw error;
      return await ask(name, parameters, deadline, began);
    }
  }

  /** What came of a call whose answer was cut off. */
  async function settle(
    name: FunctionName,
    parameters: readonly Parameter[],
    deadline: Deadline,
    cut: unknown,
  ): Promise<Row> {
    const way = wayOf(name, parameters);
    if (way === null) throw unknown(cut);
    for (let wait = pause; deadline.left > spare + wait; wait *= 2) {
      await new Promise((resolve) => setTimeout(resolve, wait));
      try {
        const found = await seek(way, parameters, deadline);
        if (found !== null) return found;
        const row = await ask(name, parameters, deadline);
        if (way.kind === "anew" || row.status === 200) return row;
        break;
      } catch (error) {
        if (translate(error).status < 500 && codeOf(error) !== taken) break;
      }
    }
    throw way.kind === "anew" ? unavailable(cut) : unknown(cut);
  }

  /** What a call has made, if it is there. */
  async function seek(
    way: Way,
    parameters: readonly Parameter[],
    deadline: Deadline,
  ): Promise<Row | null> {
    if (way.kind !== "seek") return null;
    const [project = null, origin] = parameters;
    const row = await ask(
      way.name,
      [project, parameters[way.at] ?? null],
      deadline,
    );
    if (row.status !== 200) return null;
    return { ...row, cors: typeof origin === "string" ? origin : "*" };
  }

  return {
    async call(name, parameters, deadline) {
      try {
        return await attempt(name, parameters, deadline)
          .catch((error) => {
            if (!isCut(error)) throw error;
            return settle(name, parameters, deadline, error);
          });
      } catch (error) {
        throw kinds[name] === "search" && codeOf(error) === "57014"
          ? new ApiError("invalid_field", tooDear)
          : translate(error);
      }
    },
    async ping() {
      await run((sql) => sql`select 1`, "read", patience).catch((error) => {
        throw translate(error);
      });
    },
    async close() {
      await Promise.all(places.map(({ sql }) => sql.end({ timeout: 1 })));
    },
  };
}

const tooDear =
  "This list takes too long to put together; order by a column, leave out search, or ask for a smaller offset";

/** The finished JSON of an answer; throw the refusal if it is one. */
export function bodyOf(row: Row): string {
  if (row.status === 200) return row.body ?? "";
  const code = row.code ?? "";
  throw new ApiError(
    isErrorCode(code) ? code : "internal_error",
    code === "invalid_data" || code === "quota_exceeded" ? row.body : null,
    {
      ...(row.retry_after === null ? {} : { retryAfter: row.retry_after }),
      ...(code === "item_changed" && row.body !== null
        ? { item: row.body }
        : {}),
    },
  );
}
