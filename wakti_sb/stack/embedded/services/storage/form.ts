/**
 * The file in a form, as it comes in.
 *
 * The parser is the platform's own: it takes a part without a name, which supabase-js sends and
 * Deno's parser leaves out, and it never holds the file in memory.
 */

import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Busboy } from "@fastify/busboy";

/** The platform's limits: the file, and what the clients say about it. */
const MOST_FIELDS = 10;
/** Bytes of a field's value: the most metadata that the platform keeps for an object. */
const LONGEST_FIELD = 1024 * 1024;
const LONGEST_NAME = 1024;

export interface FormFile {
  readonly body: ReadableStream<Uint8Array>;
  readonly mimeType: string;
  /** Every field of the form by its name; complete once the body was read. */
  readonly fields: () => Promise<ReadonlyMap<string, string>>;
  /** Stops reading the form. */
  readonly cancel: () => void;
}

/** The form cannot be read, and why. */
export class FormError extends Error {
  override readonly name = "FormError";
}

/** Reads a form up to its file. Throws FormError if it is none, holds no file or too much. */
export async function readForm(
  body: ReadableStream<Uint8Array>,
  type: string,
): Promise<FormFile> {
  const parser = openParser(type);
  const fields = new Map<string, string>();
  const reading = new AbortController();
  const found = Promise.withResolvers<Readable & { mimeType?: string }>();
  let mimeType = "";
  const refuse = (message: string) => {
    const error = new FormError(message);
    found.reject(error);
    reading.abort(error);
  };
  parser.on("field", (name, value, nameCut, valueCut) => {
    if (nameCut || valueCut) refuse(`The form's field ${name} is too long`);
    else fields.set(name, value);
  });
  parser.on("file", (_name, file, _filename, _encoding, type) => {
    mimeType = type;
    // Without a listener an error before the first read would end the process.
    file.on("error", () => {});
    found.resolve(file);
  });
  parser.on("fieldsLimit", () => refuse("The form has too many fields"));
  parser.on("filesLimit", () => refuse("The form has more than one file"));
  parser.on("partsLimit", () => refuse("The form has too many parts"));
  const done = pipeline(Readable.fromWeb(body as never), parser, {
    signal: reading.signal,
  }).then(
    () => found.reject(new FormError("No file provided")),
    (error) => {
      const cause = reading.signal.aborted ? reading.signal.reason : error;
      const problem = cause instanceof FormError
        ? cause
        : new FormError("The form cannot be read");
      found.reject(problem);
      throw problem;
    },
  );
  done.catch(() => {});
  const file = await found.promise;
  return {
    body: Readable.toWeb(file) as unknown as ReadableStream<Uint8Array>,
    mimeType,
    fields: async () => {
      await done;
      return fields;
    },
    cancel: () => reading.abort(new FormError("The form was given up")),
  };
}

function openParser(type: string) {
  try {
    return new Busboy({
      headers: { "content-type": type },
      limits: {
        fields: MOST_FIELDS,
        files: 1,
        parts: MOST_FIELDS + 1,
        fieldSize: LONGEST_FIELD,
        fieldNameSize: LONGEST_NAME,
      },
    });
  } catch {
    throw new FormError("The form cannot be read");
  }
}
