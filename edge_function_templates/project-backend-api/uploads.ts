import { arriving, type Pace } from "./arrival.ts";
import { refusalFor } from "./collections.ts";
import { type Context, enter, type Handler, proceed } from "./context.ts";
import { bodyOf } from "./database.ts";
import { within } from "./deadline.ts";
import { ApiError } from "./errors.ts";
import { displayName, pathName } from "./filenames.ts";
import { fileType } from "./filetypes.ts";
import { type Part, partsOf } from "./multipart.ts";
import type { Bearer } from "./owners.ts";
import { repeatKey } from "./repeats.ts";
import { Room, type Share } from "./room.ts";
import * as schemas from "./schemas.ts";
import { limits } from "./settings.ts";
import { siteToken } from "./tokens.ts";

/** What the fields and boundaries around a file may take. */
const formOverhead = 64 * 1024;

const formSize = limits.file + formOverhead;

/**
 * The platform ends a request after 150 seconds. Storage may take 35 of them, each of three calls
 * of the database 8; who repeats a request waits for the first one instead.
 */
const pace: Pace = { whole: 85_000, window: 10_000, least: 64 * 1024 };

/** Milliseconds that an upload waits while others hold the room. */
const patience = 20_000;

/** The platform gives a function 256 MB, and a file passes through some three copies. */
const room = new Room(32 * 1024 * 1024, 12 * 1024 * 1024);

/** Milliseconds between two looks at an upload that another request is making. */
const pause = 500;

/** How often to look. */
const looks = 40;

/** A reservation, or what is left of one whose function died. */
interface Reservation {
  readonly id: string;
  readonly path: string;
  /** Of a file that was asked for before by the same Idempotency-Key. */
  readonly status?: "pending" | "stored";
}

/** A form that has passed the gates. */
interface Form {
  readonly projectId: string;
  readonly token: string | null | undefined;
  readonly bearer: Bearer;
  readonly file: Part;
}

/** Take a visitor's file: the gates first, then the bytes, then the row that shows it. */
export async function upload(context: Context): Promise<string> {
  context.action = "upload";
  const share = room.enter(context.client ?? "unknown");
  try {
    return await store(context, await readForm(context, share));
  } finally {
    share.release();
  }
}

/** Read a form; as soon as its project is known, the gates decide whether the rest is read. */
async function readForm(context: Context, share: Share): Promise<Form> {
  const fields: Record<string, string> = {};
  const files: Part[] = [];
  let bearer: Bearer | undefined;
  for await (
    const part of partsOf(
      context.request.headers,
      kept(context, share),
      formSize,
    )
  ) {
    if (part.filename !== null) {
      if (part.name === "file") files.push(part);
      continue;
    }
    if (part.size > formOverhead) throw new ApiError("body_too_large");
    if (Object.hasOwn(fields, part.name)) continue;
    fields[part.name] = textOf(part);
    if (part.name === "action") needUpload(fields.action);
    if (part.name === "projectId") bearer = await admit(context, fields);
  }
  const { projectId, token } = schemas.check(schemas.upload, fields);
  bearer ??= await admit(context, fields);
  return { projectId, token, bearer, file: theFile(files) };
}

/** The bytes of a form, each noted in the share before it is kept. */
async function* kept(
  context: Context,
  share: Share,
): AsyncGenerator<Uint8Array> {
  const chunks = arriving(context.request, formSize, pace, "file_too_large");
  for await (const chunk of chunks) {
    await within(
      share.take(chunk.byteLength),
      patience,
      () =>
        new ApiError(
          "rate_limited",
          "Too many uploads at once, try again later",
          {
            retryAfter: 10,
          },
        ),
    );
    yield chunk;
  }
}

/** The gates, and the count; clears away once what functions that died have left. */
async function admit(
  context: Context,
  fields: Readonly<Record<string, string>>,
): Promise<Bearer> {
  if (schemas.isUuid(fields.projectId)) context.project = fields.projectId;
  const { projectId, token } = schemas.check(schemas.upload, { ...fields });
  const { headers } = context.request;
  const bearer = await context.services.owners.identify(headers);
  let found: string;
  try {
    found = await enter(context, "begin_upload", [
      projectId,
      context.origin,
      context.client,
      bearer.user,
      await siteToken(headers, token),
    ]);
  } catch (error) {
    throw refusalFor(error, bearer.isDead);
  }
  const stale = JSON.parse(found) as readonly Reservation[];
  if (stale.length > 0) await clear(context, projectId, stale);
  return bearer;
}

async function store(context: Context, form: Form): Promise<string> {
  const { projectId, file } = form;
  const bytes = file.bytes();
  const filename = displayName(file.filename ?? "");
  const { type, servedAs } = await fileType(bytes, file.type, filename);
  const reserved = await reserve(
    context,
    form,
    [filename, pathName(filename), type],
    bytes,
  );
  if (reserved.status !== "stored") {
    await deliver(context, projectId, reserved, bytes, servedAs);
    await complete(context, projectId, reserved);
  }
  return JSON.stringify({
    success: true,
    url: context.services.storage.publicUrl(reserved.path),
    path: reserved.path,
    filename,
    size: bytes.byteLength,
  });
}

/** Remove a file of the owner's: the object first, so that a failure leaves a row to try again. */
export const deleteUpload: Handler = async (context, input) => {
  const { projectId, id } = schemas.check(schemas.deletedFile, input);
  const { database, owners, storage } = context.services;
  const bearer = await owners.identify(context.request.headers);
  const row = await database.call("find_upload", [
    projectId,
    context.origin,
    context.client,
    bearer.user,
    id,
  ]);
  context.cors = row.cors;
  let found: string;
  try {
    found = bodyOf(row);
  } catch (error) {
    throw refusalFor(error, bearer.isDead);
  }
  const { path } = JSON.parse(found) as { path: string };
  await storage.remove([path]);
  return await proceed(context, "remove_upload", [projectId, bearer.user, id]);
};

function textOf(part: Part): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(part.bytes());
  } catch {
    throw new ApiError("invalid_field", `${part.name} is no text`);
  }
}

/** A form that means another action must not end as an upload that forgot its fields. */
function needUpload(action: string | undefined): void {
  if (action === undefined || action === "upload") return;
  throw new ApiError(
    "invalid_action",
    "A multipart/form-data body is an upload; send other actions as JSON",
  );
}

function theFile(files: readonly Part[]): Part {
  const [file] = files;
  if (file === undefined) {
    throw new ApiError("missing_field", "No file provided");
  }
  if (files.length > 1) {
    throw new ApiError("invalid_field", "file takes one file at a time");
  }
  if (file.size === 0) throw new ApiError("invalid_field", "The file is empty");
  if (file.size > limits.file) throw new ApiError("file_too_large");
  return file;
}

/** Reserve room and a path, or find the file of a request that is repeated. */
async function reserve(
  context: Context,
  form: Form,
  file: readonly [string, string, string],
  bytes: Uint8Array,
): Promise<Reservation> {
  const site = await siteToken(context.request.headers, form.token);
  const key = await repeatKey(context, form.token ?? "", file[0], bytes);
  const ask = async (): Promise<Reservation> =>
    JSON.parse(
      await enter(context, "reserve_upload", [
        form.projectId,
        context.origin,
        form.bearer.user,
        site,
        ...file,
        bytes.byteLength,
        key,
      ]),
    );
  try {
    for (let look = 0; look < looks; look++) {
      const reserved = await ask();
      if (reserved.status !== "pending") return reserved;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  } catch (error) {
    throw refusalFor(error, form.bearer.isDead);
  }
  throw new ApiError(
    "database_unavailable",
    "The same upload is still under way, try again",
    { retryAfter: 5 },
  );
}

async function deliver(
  context: Context,
  projectId: string,
  reserved: Reservation,
  bytes: Uint8Array<ArrayBuffer>,
  type: string,
): Promise<void> {
  try {
    await context.services.storage.put(reserved.path, bytes, type);
  } catch (error) {
    // It may have arrived all the same. If this fails too, the next upload clears it away.
    await clear(context, projectId, [reserved]).catch(() => {});
    throw error;
  }
}

/** Turn a reservation into a file; what has no reservation any more must not stay in storage. */
async function complete(
  context: Context,
  projectId: string,
  reserved: Reservation,
): Promise<void> {
  const ask = (): Promise<string> =>
    proceed(context, "complete_upload", [projectId, reserved.id]);
  try {
    // Whether a call that nobody answered was heard is not known; a second one tells.
    await ask().catch((error) => {
      if (!(error instanceof ApiError) || error.status < 500) throw error;
      return ask();
    });
  } catch (error) {
    if (error instanceof ApiError && error.status < 500) {
      await context.services.storage.remove([reserved.path]);
    }
    throw error;
  }
}

async function clear(
  context: Context,
  projectId: string,
  reservations: readonly Reservation[],
): Promise<void> {
  const { database, storage } = context.services;
  await storage.remove(reservations.map(({ path }) => path));
  bodyOf(
    await database.call("release_uploads", [
      projectId,
      reservations.map(({ id }) => id),
    ]),
  );
}
