/** What a text means, seen from its value and its field's name: only how it is shown and edited. */

export type Kind =
  | "date"
  | "time"
  | "color"
  | "image"
  | "link"
  | "long"
  | "line";

const LONG = 60; // characters from which a text gets several lines

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/;
const COLOR = /^#[0-9a-f]{6}$/i;
const LINK = /^https?:\/\/\S+$/i;
const IMAGE = /\.(avif|gif|jpe?g|png|svg|webp)(\?\S*)?$/i;

/** Names of fields that hold pictures or colours, where nothing is in them yet. */
const NAMES: readonly (readonly [RegExp, Kind])[] = [
  [/(^|_)(image|photo|picture|logo|cover|thumbnail|avatar|صورة)s?$/i, "image"],
  [/(^|_)(color|colour|لون)$/i, "color"],
  [/(^|_)(date|day|birthday|تاريخ)$/i, "date"],
];

/** How a text is edited. A value decides; an empty one leaves it to the field's name. */
export function kindOf(name: string, text: string): Kind {
  if (text === "") {
    return NAMES.find(([pattern]) => pattern.test(name))?.[1] ?? "line";
  }
  if (text.includes("\n") || text.length > LONG && !LINK.test(text)) {
    return "long";
  }
  if (DATE.test(text) && !Number.isNaN(Date.parse(text))) return "date";
  if (TIME.test(text) && !Number.isNaN(Date.parse(text))) return "time";
  if (COLOR.test(text)) return "color";
  if (LINK.test(text)) return IMAGE.test(text) ? "image" : "link";
  return "line";
}

/** The entries of a list that can be edited one by one; null where it holds anything but texts. */
export function chipsOf(json: string): readonly string[] | null {
  if (json.trim() === "") return [];
  try {
    const value: unknown = JSON.parse(json);
    const simple = Array.isArray(value) &&
      value.every((one) => typeof one === "string");
    return simple ? value as string[] : null;
  } catch {
    return null;
  }
}
