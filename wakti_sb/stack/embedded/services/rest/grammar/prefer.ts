/** The header `Prefer`. */

export interface Preferences {
  readonly resolution: "merge-duplicates" | "ignore-duplicates" | null;
  readonly return: "representation" | "minimal" | "headers-only" | null;
  readonly count: "exact" | "planned" | "estimated" | null;
  readonly tx: "commit" | "rollback" | null;
  readonly missing: "default" | "null" | null;
  readonly handling: "strict" | "lenient" | null;
  readonly timezone: string | null;
  readonly maxAffected: number | null;
  /** Those that mean nothing here. */
  readonly unknown: readonly string[];
}

const VALUES = {
  resolution: ["merge-duplicates", "ignore-duplicates"],
  return: ["representation", "minimal", "headers-only"],
  count: ["exact", "planned", "estimated"],
  tx: ["commit", "rollback"],
  missing: ["default", "null"],
  handling: ["strict", "lenient"],
} as const;

type Name = keyof typeof VALUES;

const KNOWN = new Set(
  Object.entries(VALUES).flatMap(([name, values]) =>
    values.map((value) => `${name}=${value}`)
  ),
);

/**
 * What the header asks for; of two that contradict each other the first holds.
 *
 * @param mayEndTransaction Whether a request may say how its transaction ends.
 * @param timezones Names that PostgreSQL knows.
 */
export function readPreferences(
  header: string | null,
  mayEndTransaction: boolean,
  timezones: ReadonlySet<string>,
): Preferences {
  const given = header === null
    ? []
    : header.split(",").map((one) => one.trim());
  const first = <N extends Name>(name: N) => {
    const values: readonly string[] = VALUES[name];
    const found = given.find((one) =>
      one.startsWith(`${name}=`) && values.includes(one.slice(name.length + 1))
    );
    return (found?.slice(name.length + 1) ?? null) as
      | (typeof VALUES)[N][number]
      | null;
  };
  const valueOf = (name: string) =>
    given.find((one) => one.startsWith(name))?.slice(name.length) ?? null;
  const zone = valueOf("timezone=");
  const zoneIsKnown = zone !== null && timezones.has(zone);
  const most = valueOf("max-affected=");
  return {
    resolution: first("resolution"),
    return: first("return"),
    count: first("count"),
    tx: mayEndTransaction ? first("tx") : null,
    missing: first("missing"),
    handling: first("handling"),
    timezone: zoneIsKnown ? zone : null,
    maxAffected: most !== null && /^-?\d+$/.test(most) ? Number(most) : null,
    unknown: given.filter((one) =>
      !KNOWN.has(one) &&
      !(one.startsWith("timezone=") && zoneIsKnown) &&
      !one.startsWith("max-affected=")
    ),
  };
}

/** What `Preference-Applied` tells; null if nothing was asked for. */
export function applied(preferences: Preferences): string | null {
  const { handling, timezone, maxAffected } = preferences;
  const names = ["resolution", "missing", "return", "count", "tx", "handling"];
  const said = (names as Name[])
    .filter((name) => preferences[name] !== null)
    .map((name) => `${name}=${preferences[name]}`);
  if (timezone !== null) said.push(`timezone=${timezone}`);
  if (handling === "strict" && maxAffected !== null) {
    said.push(`max-affected=${maxAffected}`);
  }
  return said.length === 0 ? null : said.join(", ");
}
