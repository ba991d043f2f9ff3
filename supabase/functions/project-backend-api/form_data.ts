/** Bodies of multipart/form-data: an upload, or a page's own form. */
import { arriving, type Pace } from "./arrival.ts";
import { queryOf } from "./body.ts";
import type { Caller, Context } from "./context.ts";
import { within } from "./deadline.ts";
import { ApiError } from "./errors.ts";
import { needFew } from "./form_files.ts";
import { FormGates } from "./form_gates.ts";
import { Held } from "./held.ts";
import { type Field, needKnown } from "./html_forms.ts";
import { type Part, partsOf, textOf } from "./multipart.ts";
import type { Share } from "./room.ts";
import * as schemas from "./schemas.ts";
import { limits } from "./settings.ts";
import { siteToken } from "./tokens.ts";

/** What the fields and boundaries around a file may take. */
const formOverhead = 64 * 1024;

const formSize = limits.file + formOverhead;

/** The platform ends a request after 150 seconds. What we take ourselves is in the deadline. */
const pace: Pace = { whole: 85_000, window: 10_000, least: 64 * 1024 };

/** Milliseconds that are kept for what follows once there is room again. */
const spare = 2_000;

/** A form that has passed the gates. */
export interface Form {
  readonly projectId: string;
  readonly token: string | null | undefined;
  readonly caller: Caller;
  readonly file: Part;
}

/** A page's own form. */
export interface Submission {
  readonly fields: readonly Field[];
  readonly attachments: readonly Part[];
}

/** What has arrived of a form. */
export class Arrived {
  /** All texts, in their order. */
  readonly sent: Field[] = [];
  /** The first text of each name. */
  readonly fields: Record<string, string> = {};
  /** What came as `file`. */
  readonly files: Part[] = [];
  /** Every file. */
  readonly attachments: Part[] = [];

  constructor(readonly query: URLSearchParams) {}

  /** Whether it belongs to the inbox; else it is an upload. */
  get isSubmission(): boolean {
    return this.said("action") === "submit";
  }

  /** A field of the form, or of the address. */
  said(name: string): string | null {
    return this.fields[name] ?? this.query.get(name);
  }

  add(part: Part): void {
    if (part.filename !== null) {
      // An empty file field is what a browser sends for one that nobody filled.
      if (part.size > 0 || part.filename !== "") this.attachments.push(part);
      if (part.name === "file") this.files.push(part);
      return;
    }
    if (part.size > formOverhead) throw new ApiError("body_too_large");
    const text = textOf(part);
    this.sent.push([part.name, text]);
    if (Object.hasOwn(this.fields, part.name)) return;
    this.fields[part.name] = text;
    if (part.name === "action") needKnown(text);
  }
}

/** Read a form; once its first fields are there, the gates decide whether the rest is read. */
export async function readForm(
  context: Context,
  share: Share,
): Promise<Form | Submission> {
  const arrived = new Arrived(queryOf(context.request));
  const gates = new FormGates(context, arrived);
  const held = new Held((size) => roomFor(context, share, size));
  try {
    const parts = partsOf(
      context.request.headers,
      kept(context, held, () => gates.beforeMore()),
      formSize,
    );
    for await (const part of parts) {
      arrived.add(part);
      if (part.filename !== null) await gates.afterFile();
    }
    return arrived.isSubmission
      ? await asSubmission(arrived, gates)
      : await asUpload(context, arrived, gates);
  } finally {
    held.release();
  }
}

async function asSubmission(
  { sent, attachments }: Arrived,
  gates: FormGates,
): Promise<Submission> {
  await gates.afterFile();
  needFew(attachments);
  attachments.forEach((part) => part.bytes());
  return { fields: sent, attachments };
}

async function asUpload(
  context: Context,
  { fields, files }: Arrived,
  gates: FormGates,
): Promise<Form> {
  const { projectId, token } = schemas.check(schemas.upload, fields);
  const { bearer } = await gates.caller();
  // The form may name the token behind the project.
  const site = siteToken(context.request.headers, token);
  const file = theFile(files);
  file.bytes();
  return { projectId, token, caller: { bearer, site }, file };
}

/**
 * The bytes of a form. The fields in front of a file come first, and say what the form is; what is
 * behind them goes on only past the gates.
 */
async function* kept(
  context: Context,
  held: Held,
  beforeMore: () => Promise<void>,
): AsyncGenerator<Uint8Array> {
  let size = 0;
  const chunks = arriving(
    context.request,
    formSize,
    pace,
    "file_too_large",
    context.deadline,
  );
  for await (const chunk of chunks) {
    if (size > formOverhead) await beforeMore();
    size += chunk.byteLength;
    yield* await held.keep(chunk);
  }
}

/** Wait for room. Until there is some, nothing more is read, and the caller's system sends no more. */
async function roomFor(
  { deadline }: Context,
  share: Share,
  size: number,
): Promise<void> {
  await within(
    share.take(size),
    Math.max(0, deadline.left - spare),
    () =>
      new ApiError(
        "database_unavailable",
        "Too many uploads at once, try again later",
        { retryAfter: 10 },
      ),
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
