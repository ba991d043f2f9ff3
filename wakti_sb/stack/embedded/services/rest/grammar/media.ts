/** Media types: those of `Accept` and `Content-Type`, and what they ask of an answer. */

export type PlanOption = "analyze" | "verbose" | "settings" | "buffers" | "wal";

/** A media type that PostgREST knows, or any other by its name. */
export type Media =
  | { readonly kind: "json" | "geojson" | "csv" | "text" | "xml" }
  | { readonly kind: "openapi" | "form" | "bytes" | "any" | "array-stripped" }
  | { readonly kind: "object"; readonly stripped: boolean }
  | { readonly kind: "other"; readonly name: string }
  | {
    readonly kind: "plan";
    readonly of: Media;
    readonly format: "json" | "text";
    readonly options: readonly PlanOption[];
  };

export const JSON_MEDIA: Media = { kind: "json" };
export const ANY_MEDIA: Media = { kind: "any" };

const PLAN_OPTIONS: readonly PlanOption[] = [
  "analyze",
  "verbose",
  "settings",
  "buffers",
  "wal",
];

const NAMES: Readonly<Record<string, Media>> = {
  "application/json": JSON_MEDIA,
  "application/geo+json": { kind: "geojson" },
  "text/csv": { kind: "csv" },
  "text/plain": { kind: "text" },
  "text/xml": { kind: "xml" },
  "application/openapi+json": { kind: "openapi" },
  "application/x-www-form-urlencoded": { kind: "form" },
  "application/octet-stream": { kind: "bytes" },
  "*/*": ANY_MEDIA,
};

/** Reads one media type with its parameters. */
export function readMedia(text: string): Media {
  const { name, parameters } = tokens(text);
  const known = Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
  if (known) return known;
  const stripped = parameters.get("nulls") === "stripped";
  switch (name) {
    case "application/vnd.pgrst.object":
    case "application/vnd.pgrst.object+json":
      return { kind: "object", stripped };
    case "application/vnd.pgrst.array":
    case "application/vnd.pgrst.array+json":
      return stripped ? { kind: "array-stripped" } : JSON_MEDIA;
    case "application/vnd.pgrst.plan":
    case "application/vnd.pgrst.plan+text":
      return plan("text", parameters);
    case "application/vnd.pgrst.plan+json":
      return plan("json", parameters);
    default:
      return { kind: "other", name: text };
  }
}

function plan(
  format: "json" | "text",
  parameters: ReadonlyMap<string, string>,
): Media {
  const asked = (parameters.get("options") ?? "").split("|");
  return {
    kind: "plan",
    of: readMedia(parameters.get("for") ?? "application/json"),
    format,
    options: PLAN_OPTIONS.filter((option) => asked.includes(option)),
  };
}

function tokens(text: string) {
  const parameters = new Map<string, string>();
  const head = /^([\p{L}\p{N}.*]+)\/([\p{L}\p{N}.*+-]+)/u.exec(text);
  if (!head) return { name: text.toLowerCase(), parameters };
  const pair =
    /\s*;\s*([\p{L}\p{N}-]+)\s*=\s*(?:"([^"]*)"|([\p{L}\p{N}|-]+))/uy;
  pair.lastIndex = head[0].length;
  for (let one = pair.exec(text); one; one = pair.exec(text)) {
    parameters.set(one[1]!.toLowerCase(), one[2] ?? one[3] ?? "");
  }
  return { name: head[0].toLowerCase(), parameters };
}

/** The media types of an `Accept` header, the most wanted first. */
export function readAccept(header: string | null): Media[] {
  if (header === null) return [ANY_MEDIA];
  return header.split(",")
    .map((part) => {
      const text = part.replaceAll(" ", "");
      const at = text.indexOf(";q=");
      const name = at < 0 ? text : text.slice(0, at);
      const weight = at < 0 ? 1 : parseFloat(text.slice(at + 3));
      const special = count(name, ";") - count(name, "*");
      return { name, weight: Number.isNaN(weight) ? 1 : weight, special };
    })
    .sort((a, b) => b.weight - a.weight || b.special - a.special)
    .map(({ name }) => readMedia(name));
}

function count(text: string, one: string): number {
  return text.split(one).length - 1;
}

/** Its name, as answers and messages tell it. */
export function nameOf(media: Media): string {
  switch (media.kind) {
    case "json":
      return "application/json";
    case "geojson":
      return "application/geo+json";
    case "csv":
      return "text/csv";
    case "text":
      return "text/plain";
    case "xml":
      return "text/xml";
    case "openapi":
      return "application/openapi+json";
    case "form":
      return "application/x-www-form-urlencoded";
    case "bytes":
      return "application/octet-stream";
    case "any":
      return "*/*";
    case "array-stripped":
      return "application/vnd.pgrst.array+json;nulls=stripped";
    case "object":
      return "application/vnd.pgrst.object+json" +
        (media.stripped ? ";nulls=stripped" : "");
    case "other":
      return media.name;
    case "plan": {
      const options = media.options.length > 0
        ? `; options=${media.options.join("|")}`
        : "";
      const { format, of } = media;
      return `application/vnd.pgrst.plan+${format}; for="${
        nameOf(of)
      }"${options}`;
    }
  }
}

/** The `Content-Type` of an answer of this kind. */
export function contentType(media: Media): string {
  const bare = media.kind === "bytes" || media.kind === "other";
  return bare ? nameOf(media) : `${nameOf(media)}; charset=utf-8`;
}
