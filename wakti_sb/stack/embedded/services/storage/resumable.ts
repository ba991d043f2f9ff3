/** Uploads that go on where they broke off (TUS), by the library that the platform uses. */

import { AsyncLocalStorage } from "node:async_hooks";
import { FileStore as Parts } from "@tus/file-store";
import { Server, type Upload } from "@tus/server";
import { Problem } from "../problem.ts";
import { type Caller, type Owner, ownerOf } from "./database.ts";
import { invalidRequest, tooLarge } from "./errors.ts";
import { checkedKey } from "./names.ts";
import type { Target } from "./rows.ts";
import { type About, aboutFields } from "./upload_body.ts";
import type { UploadGrant } from "./signed.ts";
import { refuseType, type Uploads } from "./uploads.ts";

/** The path of the API, where uploads are made and go on. */
const PATH = "/storage/v1/upload/resumable";
const METHODS = ["POST", "PATCH", "HEAD", "DELETE", "OPTIONS"];
const HOUR = 60 * 60 * 1000;
/** Milliseconds that an upload may take, as on the platform. */
const LIFETIME = 24 * HOUR;

/** Who sends a request, and where the signature of a URL lets it store. */
interface Sender {
  readonly caller: Caller;
  /** Null for whoever has no signed URL: row level security decides. */
  readonly checkGrant:
    | ((bucket: string, key: string) => Promise<UploadGrant>)
    | null;
}

const sender = new AsyncLocalStorage<Sender>();

export class ResumableUploads {
  readonly #server: Server;
  readonly #parts: Parts;

  /** @param folder For what has arrived so far. */
  constructor(readonly uploads: Uploads, folder: string) {
    Deno.mkdirSync(folder, { recursive: true });
    this.#parts = new Parts({
      directory: folder,
      expirationPeriodInMilliseconds: LIFETIME,
    });
    this.#server = new Server({
      path: PATH,
      datastore: this.#parts,
      disableTerminationForFinishedUploads: true,
      // An upload's id becomes the version of its object.
      namingFunction: () => crypto.randomUUID(),
      generateUrl: (request, { id }) => {
        const url = new URL(request.url);
        const signed = url.pathname.endsWith("/sign") ? "/sign" : "";
        return `${url.origin}${PATH}${signed}/${id}`;
      },
      maxSize: (request, id) => this.#limit(request.method, id),
      onUploadCreate: async (_request, upload) => {
        await this.#check(upload);
        return {};
      },
      onIncomingRequest: async (request, id) => {
        // A new one is looked at when its metadata are read; how far one has come is no secret.
        if (request.method === "POST" || request.method === "HEAD") return;
        await this.#check(await this.#parts.getUpload(id));
      },
      onUploadFinish: async (_request, upload) => {
        await this.#finish(upload);
        return {};
      },
      onResponseError: (_request, error) => {
        const problem = error instanceof Problem ? error : null;
        if (problem === null) return;
        return {
          status_code: Number(problem.body.statusCode ?? problem.status),
          body: JSON.stringify(problem.body),
        };
      },
    });
    this.#parts.deleteExpired().catch(() => {});
  }

  /** Answers a request; null if it has no such method. */
  async fetch(who: Sender, request: Request): Promise<Response | null> {
    // The library would hand out what has arrived to whoever knows its id.
    if (!METHODS.includes(request.method)) return null;
    return await sender.run(who, () => this.#server.handleWeb(request));
  }

  async #limit(method: string, id: string | null): Promise<number> {
    if (id === null || method === "POST") return this.uploads.mostBytes(null);
    const { bucket } = targetOf(await this.#parts.getUpload(id));
    return this.uploads.mostBytes(await this.uploads.bucket(bucket));
  }

  /** Throws if the sender may not store this. */
  async #check(upload: Upload): Promise<Owner> {
    const { caller, checkGrant } = sender.getStore()!;
    const target = targetOf(upload);
    const bucket = await this.uploads.bucket(target.bucket);
    if ((upload.size ?? 0) > this.uploads.mostBytes(bucket)) throw tooLarge();
    refuseType(bucket, aboutOf(upload).mimeType);
    if (checkGrant) return await checkGrant(target.bucket, target.key);
    await this.uploads.mayStore(
      caller,
      { ...target, upsert: await this.#isUpsert(target) },
      "storage.tus.upload.create",
    );
    return ownerOf(caller.claims);
  }

  async #finish(upload: Upload): Promise<void> {
    const owner = await this.#check(upload);
    const target = targetOf(upload);
    await this.uploads.adopt(
      { ...target, upsert: await this.#isUpsert(target) },
      owner,
      upload.id,
      `${this.#parts.directory}/${upload.id}`,
      aboutOf(upload),
    );
  }

  async #isUpsert({ bucket, key }: Target): Promise<boolean> {
    const { caller, checkGrant } = sender.getStore()!;
    if (checkGrant) return (await checkGrant(bucket, key)).upsert;
    return caller.request.headers.get("x-upsert") === "true";
  }
}

/** The object that an upload is for, as its metadata name it. */
function targetOf({ metadata }: Upload): Target {
  const { bucketName, objectName } = metadata ?? {};
  if (!bucketName || !objectName) {
    throw invalidRequest(
      "The Upload-Metadata header names no bucketName and objectName",
    );
  }
  return { bucket: bucketName, key: checkedKey(objectName), upsert: false };
}

function aboutOf({ metadata }: Upload): About {
  const named = Object.entries(metadata ?? {}).filter(([, value]) => value);
  return aboutFields(new Map(named as [string, string][]), undefined);
}
