/**
 * The address that rate limits count.
 *
 * `trusted` names a header that a proxy in front of us overwrites, whatever a caller puts there.
 * Every proxy appends to the right of `x-forwarded-for`, so only its last entry is not the caller's
 * own invention. Without a proxy it is the connection's own address.
 */
export function clientAddress(
  headers: Headers,
  trusted: string | null,
  connection: string | undefined,
): string {
  const forwarded = headers.get("x-forwarded-for");
  const candidates = [
    trusted === null ? null : headers.get(trusted),
    forwarded?.slice(forwarded.lastIndexOf(",") + 1),
    connection,
  ];
  for (const candidate of candidates) {
    const address = candidate?.trim().toLowerCase();
    if (address && address.length <= 45 && /^[0-9a-f:.]+$/.test(address)) {
      return address.includes(":") ? network(address) : address;
    }
  }
  return "unknown";
}

/** The /64 that an IPv6 address is in: a household has 2^64 addresses to change between. */
function network(address: string): string {
  const mapped = address.lastIndexOf(":") + 1;
  if (address.startsWith("::ffff:") && address.includes(".")) {
    return address.slice(mapped);
  }
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
