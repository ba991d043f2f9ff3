import { readBytes } from "./body.ts";
import { refusalFor } from "./collections.ts";
import { type Context, type Handler, proceed } from "./context.ts";
import { bodyOf, type Row } from "./database.ts";
import { ApiError } from "./errors.ts";
import { displayName, pathName } from "./filenames.ts";
import { fileType } from "./filetypes.ts";
import { Room, type Share } from "./room.ts";
import * as schemas from "./schemas.ts";
import { limits } from "./settings.ts";
import { siteToken } from "./tokens.ts";

/** What the fields and boundaries around a file may take. */
const formOverhead = 64 * 1024;

/** Milliseconds that a file may take to arrive. */
const deadline = 100_000;

/** The platform gives a function 256 MB, and a file passes through some three copies. */
const room = new Room(32 * 1024 * 1024);

/** A reservation, or what is left of one whose function died. */
interface Reservation {
  readonly id: string;
  readonly path: string;
}

/** Take a visitor's file: room in the quota first, then the bytes, then the row that shows it. */
export async function upload(context: Context): Promise<string> {
  context.action = "upload";
  const share = room.enter();
  try {
    return await store(context, share);
  } finally {
    share.release();
  }
}

async function store(context: Context, share: Share): Promise<string> {
  const form = await readForm(context.request, share);
  const fields = {
    projectId: textField(form, "projectId"),
    token: textField(form, "token"),
  };
  if (schemas.isUuid(fields.projectId)) context.project = fields.projectId;
  const { projectId, token } = schemas.check(
    schemas.upload,
    JSON.parse(JSON.stringify(fields)),
  );
  const file = theFile(form);
  const bytes = new Uint8Array(await file.arrayBuffer());
  const filename = displayName(file.name);
  const { type, servedAs } = await fileType(bytes, file.type, filename);
  const reserved = await reserve(context, projectId, token, [
    filename,
    pathName(filename),
    type,
    bytes.byteLength,
  ]);
  await deliver(context, projectId, reserved, bytes, servedAs);
  await proceed(context, "complete_upload", [projectId, reserved.id]);
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

async function readForm(request: Request, share: Share): Promise<FormData> {
  const bytes = await readBytes(
    request,
    limits.file + formOverhead,
    deadline,
    "file_too_large",
    (size) => share.take(size),
  );
  const type = request.headers.get("content-type") ?? "";
  try {
    return await new Response(bytes, { headers: { "content-type": type } })
      .formData();
  } catch {
    throw new ApiError("invalid_field", "The form data cannot be read");
  }
}

function textField(form: FormData, name: string): string | undefined {
  const value = form.get(name);
  return typeof value === "string" ? value : undefined;
}

function theFile(form: FormData): File {
  const files = form.getAll("file").filter((value) => value instanceof File);
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

/** Reserve room, clearing away once what functions that died have left. */
async function reserve(
  context: Context,
  projectId: string,
  token: string | null | undefined,
  file: readonly [string, string, string, number],
): Promise<Reservation> {
  const { database, owners } = context.services;
  const { headers } = context.request;
  const bearer = await owners.identify(headers);
  const site = await siteToken(headers, token);
  const ask = (): Promise<Row> =>
    database.call("reserve_upload", [
      projectId,
      context.origin,
      context.client,
      bearer.user,
      site,
      ...file,
    ]);
  let row = await ask();
  const stale = staleIn(row);
  if (stale.length > 0) {
    await clear(context, projectId, stale);
    if (row.code === "quota_exceeded") row = await ask();
  }
  context.cors = row.cors;
  try {
    return JSON.parse(bodyOf(row)) as Reservation;
  } catch (error) {
    throw refusalFor(error, bearer.isDead);
  }
}

function staleIn(row: Row): readonly Reservation[] {
  if (row.body === null) return [];
  return (JSON.parse(row.body) as { stale: readonly Reservation[] }).stale;
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

async function clear(
  context: Context,
  projectId: string,
  reservations: readonly Reservation[],
): Promise<void> {
  const { database, storage } = context.services;
  await storage.remove(reservations.map(({ path }) => path));
  await database.call("release_uploads", [
    projectId,
    reservations.map(({ id }) => id),
  ]);
}
