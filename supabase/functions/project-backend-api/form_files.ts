/** Files that a page's form brings: stored as uploads are, and shown together with the form. */
import type { Json } from "./body.ts";
import { storable } from "./body.ts";
import { ask, type Context, enter } from "./context.ts";
import { bodyOf } from "./database.ts";
import { ApiError } from "./errors.ts";
import { displayName, pathName } from "./filenames.ts";
import { fileType } from "./filetypes.ts";
import { clearLater } from "./leftovers.ts";
import type { Part } from "./multipart.ts";
import { repeatKey } from "./repeats.ts";
import { check, isUuid, submission } from "./schemas.ts";
import { limits } from "./settings.ts";

/** A field's name and what it holds. */
export type Entry = readonly [name: string, value: Json];

interface Reserved {
  readonly id: string;
  readonly path: string;
}

/** The gates, asked when the first file is there and before the next bytes are read. */
export async function admitFiles(
  context: Context,
  projectId: string,
): Promise<void> {
  if (!isUuid(projectId)) throw new ApiError("invalid_project_id");
  await enter(context, "begin_form_files", [
    projectId,
    context.origin,
    context.client,
  ]);
}

/** Refuse more files than one form may bring. */
export function needFew(files: readonly Part[]): void {
  if (files.length > limits.formFiles) {
    throw new ApiError(
      "invalid_field",
      `A form takes at most ${limits.formFiles} files`,
    );
  }
  if (files.reduce((sum, { size }) => sum + size, 0) > limits.file) {
    throw new ApiError("file_too_large");
  }
}

/** Store the files, then the form that names them; a form that is refused leaves no file. */
export async function submitWithFiles(
  context: Context,
  form: {
    readonly projectId: string;
    readonly formName?: string;
    readonly entries: readonly Entry[];
    readonly files: readonly Part[];
  },
  dataOf: (entries: readonly Entry[]) => { [key: string]: Json },
): Promise<string> {
  const { projectId, formName, data } = check(submission, {
    projectId: form.projectId,
    ...(form.formName ? { formName: form.formName } : {}),
    data: dataOf(form.entries),
  });
  const key = repeatKey(
    context,
    formName,
    storable(data),
    ...form.files.flatMap((file) => [file.name, file.filename, file.bytes()]),
  );
  const reserved: Reserved[] = [];
  const attached: Entry[] = [];
  try {
    for (const file of form.files) {
      attached.push([
        file.name,
        await attach(context, projectId, file, reserved),
      ]);
    }
  } catch (error) {
    clearLater(context, projectId, reserved);
    throw error;
  }
  try {
    const row = await ask(context, "submit_with_files", [
      projectId,
      context.origin,
      context.client,
      formName,
      storable(dataOf([...form.entries, ...attached])),
      key,
      reserved.map(({ id }) => id),
      crypto.randomUUID(),
    ]);
    context.cors = row.cors;
    const answer = bodyOf(row);
    if (row.code === "repeated") clearLater(context, projectId, reserved);
    return answer;
  } catch (error) {
    // Whether a call that nobody answered was heard is not known: its files are cleared away later.
    if (error instanceof ApiError && error.status < 500) {
      clearLater(context, projectId, reserved);
    }
    throw error;
  }
}

/** Put one file into storage; what the form then says of it. */
async function attach(
  context: Context,
  projectId: string,
  file: Part,
  reserved: Reserved[],
): Promise<Json> {
  const bytes = file.bytes();
  const filename = displayName(file.filename ?? "");
  const { type, servedAs } = await fileType(bytes, file.type, filename);
  const place = JSON.parse(
    await enter(context, "reserve_form_file", [
      projectId,
      context.origin,
      filename,
      pathName(filename),
      type,
      bytes.byteLength,
    ]),
  ) as Reserved;
  reserved.push(place);
  const { storage } = context.services;
  await storage.put(place.path, bytes, servedAs, context.deadline);
  return {
    filename,
    url: storage.publicUrl(place.path),
    path: place.path,
    type,
    size: bytes.byteLength,
  };
}
