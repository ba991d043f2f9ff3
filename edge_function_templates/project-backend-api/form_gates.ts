/** The gates of a form that is still arriving: each is asked once, as soon as it can be. */
import {
  type Caller,
  type Context,
  enter,
  identify,
  refusalFor,
} from "./context.ts";
import type { Arrived } from "./form_data.ts";
import { admitFiles } from "./form_files.ts";
import { clearLeftovers } from "./leftovers.ts";
import * as schemas from "./schemas.ts";

export class FormGates {
  #caller: Caller | undefined;
  #areFilesAdmitted = false;

  constructor(readonly context: Context, readonly arrived: Arrived) {}

  /** Before more is read: an upload's gates, where its project is known. */
  async beforeMore(): Promise<void> {
    const { fields, isSubmission } = this.arrived;
    if (fields.projectId !== undefined && !isSubmission) await this.caller();
  }

  /** After a file: the gates of a submission that has any, where its project is known. */
  async afterFile(): Promise<void> {
    const { attachments, isSubmission } = this.arrived;
    const projectId = this.arrived.said("projectId");
    if (
      !isSubmission || attachments.length === 0 || projectId === null ||
      this.#areFilesAdmitted
    ) return;
    await admitFiles(this.context, projectId);
    this.#areFilesAdmitted = true;
  }

  /** Who uploads, once the gates have let it in. */
  async caller(): Promise<Caller> {
    return this.#caller ??= await admit(this.context, this.arrived.fields);
  }
}

/** The gates, and the count; clears away once what functions that died have left. */
async function admit(
  context: Context,
  fields: Readonly<Record<string, string>>,
): Promise<Caller> {
  if (schemas.isUuid(fields.projectId)) context.project = fields.projectId;
  const { projectId, token } = schemas.check(schemas.upload, { ...fields });
  const caller = await identify(context, token);
  let found: string;
  try {
    found = await enter(context, "begin_upload", [
      projectId,
      context.origin,
      context.client,
      caller.bearer.user,
      caller.site,
    ]);
  } catch (error) {
    throw refusalFor(error, caller.bearer);
  }
  await clearLeftovers(context, projectId, JSON.parse(found));
  return caller;
}
