/** Where an address came from. */
export type Source = "trusted header" | "x-forwarded-for" | "connection";

/** The address that rate limits count, and who vouches for it; null where nobody is known. */
export interface Client {
  readonly address: string | null;
  readonly source: Source | null;
}

/**
 * Addresses of proxies and of nobody: on the platform one of these would be everybody's, and its
 * limit would shut a site for all.
 */
const shared =
  /^(0\.0\.0\.0|127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|169\.254\.|::1?$|f[cd]|fe80:)/;

/**
 * The address that rate limits count.
 *
 * `trusted` names a header that a proxy in front of us overwrites, whatever a caller puts there.
 * Every proxy appends to the right of `x-forwarded-for`, so only its last entry is not the caller's
 * own invention. Without a proxy it is the connection's own address; on the platform, where every
 * connection comes from the same proxy, that is nobody's.
 */
export function clientOf(
  headers: Headers,
  trusted: string | null,
  connection: string | undefined,
  isPlatform: boolean,
): Client {
  const forwarded = headers.get("x-forwarded-for");
  const candidates: readonly [Source, string | null | undefined][] = [
    ["trusted header", trusted === null ? null : headers.get(trusted)],
    ["x-forwarded-for", forwarded?.slice(forwarded.lastIndexOf(",") + 1)],
    ["connection", isPlatform ? null : connection],
  ];
  for (const [source, candidate] of candidates) {
    const address = candidate?.trim().toLowerCase();
    if (!address || address.length > 45 || !/^[0-9a-f:.]+$/.test(address)) {
      continue;
    }
    const plain = unmapped(address);
    if (isPlatform && shared.test(plain)) continue;
    return {
      address: plain.includes(":") ? network(plain) : plain,
      source,
    };
  }
  return { address: null, source: null };
}

/** An IPv4 address that is written as IPv6. */
function unmapped(address: string): string {
  return address.startsWith("::ffff:") && address.includes(".")
    ? address.slice(address.lastIndexOf(":") + 1)
    : address;
}

/** The /64 that an IPv6 address is in: a household has 2^64 addresses to change between. */
function network(address: string): string {
  const [head = "", tail] = address.split("::", 2);
  const groups = head === "" ? [] : head.split(":");
  if (tail !== undefined) {
    const rest = tail === "" ? [] : tail.split(":");
    while (groups.length + rest.length < 8) groups.push("0");
    groups.push(...rest);
  }
  return groups.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":") + "::/64";
}
