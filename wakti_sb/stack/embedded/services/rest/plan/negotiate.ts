/** Which of the media types that a request accepts it is answered in. */

import { noSuchMedia } from "../refusals.ts";
import type { Config } from "../config.ts";
import { type Media, nameOf } from "../grammar/media.ts";
import type { ApiRequest } from "../request.ts";
import {
  type Handler,
  handlerKey,
  type Name,
  type ResolvedHandler,
  type SchemaCache,
} from "../schema/model.ts";
import type { ReadNode } from "./model.ts";

const NOTHING: Handler = { kind: "none" };

/**
 * Chooses a media type and what makes it. Throws Problem if none is available.
 *
 * @param name The relation whose rows are sent.
 */
export function negotiate(
  request: ApiRequest,
  name: Name,
  read: ReadNode,
  config: Config,
  cache: SchemaCache,
): ResolvedHandler {
  const whole = selectsEverything(read);
  for (const accepted of request.accept) {
    const found = handlerOf(accepted, name, whole, config, cache);
    if (found === null) continue;
    const { action, preferences } = request;
    const sendsNothing = action.kind === "mutate"
      ? preferences.return !== "representation"
      : (action.kind === "read" || action.kind === "call") && action.head;
    return sendsNothing ? { ...found, handler: NOTHING } : found;
  }
  throw noSuchMedia(request.accept.map(nameOf));
}

/** Handlers of the rows of one relation want them whole. */
function selectsEverything(read: ReadNode): boolean {
  return read.children.length === 0 && read.select.length === 1 &&
    read.select[0]!.field.name === "*";
}

function handlerOf(
  media: Media,
  name: Name,
  whole: boolean,
  config: Config,
  cache: SchemaCache,
): ResolvedHandler | null {
  switch (media.kind) {
    case "object":
      return { handler: { kind: "single", stripped: media.stripped }, media };
    case "array-stripped":
      return { handler: { kind: "json-stripped" }, media };
    case "plan": {
      if (!config.plans) return null;
      const inner = handlerOf(media.of, name, whole, config, cache);
      return inner === null ? null : { ...inner, media };
    }
  }
  const wanted = [nameOf(media)];
  const keys = [
    ...whole ? ["*/*", ...wanted].map((one) => handlerKey(name, one)) : [],
    ...wanted.map((one) => handlerKey(null, one)),
  ];
  for (const key of keys) {
    const found = cache.handlers.get(key);
    if (found !== undefined) return found;
  }
  return null;
}
