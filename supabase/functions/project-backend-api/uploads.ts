import {
  ask,
  type Context,
  enter,
  type Handler,
  proceed,
  refusalFor,
} from "./context.ts";
import { bodyOf } from "./database.ts";
import type { Deadline } from "./deadline.ts";
import { ApiError } from "./errors.ts";
import { displayName, pathName } from "./filenames.ts";
import { fileType } from "./filetypes.ts";
import { type Form, readForm } from "./form_data.ts";
import { free } from "./held.ts";
import { submitFields } from "./html_forms.ts";
import { clearLater } from "./leftovers.ts";
import type { Part } from "./multipart.ts";
import { repeatKey } from "./repeats.ts";
import { Room } from "./room.ts";
import * as schemas from "./schemas.ts";

/**
 * The platform gives a function 256 MB, and an idle one holds some 100. Files are in memory once, and
 * one of them twice for the moment in which its parts are put together.
 */
const room = new Room(32 * 1024 * 1024, 12 * 1024 * 1024);

/** Milliseconds between two looks at an upload that another request is making. */
const pause = 500;

/** Milliseconds of the deadline with which nobody looks any more. */
const spare = 2_000;

/** Room and a path for a file. */
interface Reservation {
  readonly id: string;
  readonly path: string;
  /** Of a file that was asked for before by the same Idempotency-Key. */
  readonly status?: "pending" | "stored";
}

/**
 * Take a visitor's file: the gates first, then the bytes, then the row that shows it. A page's own
 * form with files comes the same way.
 */
export async function upload(context: Context): Promise<string> {
  context.action = "upload";
  const share = room.enter(context.client ?? "unknown");
  let files: readonly Part[] = [];
  try {
    const form = await readForm(context, share);
    files = "file" in form ? [form.file] : form.attachments;
    return "file" in form
      ? await store(context, form)
      : await submitFields(context, form.fields, form.attachments);
  } finally {
    files.forEach((file) => free(file.bytes()));
    share.release();
  }
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
    size: file.size,
  });
}

/** Remove a file of the owner's: the object first, so that a failure leaves a row to try again. */
export const deleteUpload: Handler = async (context, input) => {
  const { projectId, id } = schemas.check(schemas.deletedFile, input);
  const { owners, storage } = context.services;
  const bearer = await owners.identify(
    context.request.headers,
    context.deadline,
  );
  const row = await ask(context, "find_upload", [
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
    throw refusalFor(error, bearer);
  }
  const { path } = JSON.parse(found) as { path: string };
  await storage.remove([path], context.deadline);
  return await proceed(context, "remove_upload", [projectId, bearer.user, id]);
};

/** Reserve room and a path, or find the file of a request that is repeated. */
async function reserve(
  context: Context,
  form: Form,
  file: readonly [string, string, string],
  bytes: Uint8Array,
): Promise<Reservation> {
  const key = repeatKey(context, form.token ?? "", file[0], bytes);
  const look = async (): Promise<Reservation> =>
    JSON.parse(
      await enter(context, "reserve_upload", [
        form.projectId,
        context.origin,
        form.caller.bearer.user,
        form.caller.site,
        ...file,
        bytes.byteLength,
        key,
      ]),
    );
  try {
    while (context.deadline.left > spare + pause) {
      const reserved = await look();
      if (reserved.status !== "pending") return reserved;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  } catch (error) {
    throw refusalFor(error, form.caller.bearer);
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
    await context.services.storage.put(
      reserved.path,
      bytes,
      type,
      context.deadline,
    );
  } catch (error) {
    // It may have arrived all the same.
    clearLater(context, projectId, [reserved]);
    throw error;
  }
}

/** Milliseconds in which a call that nobody answered is made again, after longer and longer pauses. */
const insistence = 2_000;

/** Whether a call that nobody answered was heard is not known; another one tells. */
async function answered<T>(
  deadline: Deadline,
  ask: () => Promise<T>,
): Promise<T> {
  const until = performance.now() + Math.min(insistence, deadline.left);
  for (let pause = 100;; pause *= 2) {
    try {
      return await ask();
    } catch (error) {
      const isOver = performance.now() + pause > until;
      if (!(error instanceof ApiError) || error.status < 500 || isOver) {
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

/** Turn a reservation into a file; what has no reservation any more must not stay in storage. */
async function complete(
  context: Context,
  projectId: string,
  reserved: Reservation,
): Promise<void> {
  try {
    await answered(
      context.deadline,
      () => proceed(context, "complete_upload", [projectId, reserved.id]),
    );
  } catch (error) {
    if (error instanceof ApiError && error.status < 500) {
      await context.services.storage.remove(
        [reserved.path],
        context.deadline,
      );
    }
    throw error;
  }
}
