/** The parts of the settings, in their order: what is wanted first, what cannot be undone last. */

export const SECTIONS = [
  "snippet",
  "project",
  "origins",
  "forms",
  "collections",
  "uploads",
  "auth",
  "limits",
  "danger",
] as const;

export type Section = (typeof SECTIONS)[number];

/** Where a part begins on the page. */
export function sectionId(section: string): string {
  return `settings-${section}`;
}
