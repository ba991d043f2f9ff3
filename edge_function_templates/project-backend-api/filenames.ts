import { limits } from "./settings.ts";

/** Names that some file systems keep for devices. */
const reserved = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** Characters that change the direction of what follows and so hide a name's true ending. */
const directions = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** A file's own name as people read it: letters of any script, no path, nothing invisible. */
export function displayName(claimed: string): string {
  const name = claimed
    .slice(Math.max(claimed.lastIndexOf("/"), claimed.lastIndexOf("\\")) + 1)
    .toWellFormed()
    .normalize("NFC")
    .replace(directions, "")
    .replace(/[\p{Cc}\p{Co}\p{Cn}\ufffd]/gu, "")
    .replace(/\s+/gu, " ")
    .replace(/^[\s.]+|[\s.]+$/gu, "");
  return shortened(name, limits.filenameChars) || "file";
}

/** The same name for a path: storage keeps to ASCII, and no system reads it as a device. */
export function pathName(name: string): string {
  const safe = name
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/\.{2,}/g, ".")
    .replace(/-{2,}/g, "-")
    .replace(/-+\./g, ".")
    .replace(/^[.-]+|[.-]+$/g, "");
  const isBareEnding = name.includes(".") && !safe.includes(".");
  const whole = safe === "" ? "file" : isBareEnding ? `file.${safe}` : safe;
  return shortened(
    reserved.test(whole) ? `file-${whole}` : whole,
    limits.filenameChars,
  );
}

/** A name of at most `most` characters that keeps its ending. */
function shortened(name: string, most: number): string {
  const characters = [...name];
  if (characters.length <= most) return name;
  const dot = name.lastIndexOf(".");
  const ending = dot > 0 && name.length - dot <= 12 ? [...name.slice(dot)] : [];
  return characters.slice(0, most - ending.length).join("") + ending.join("");
}
