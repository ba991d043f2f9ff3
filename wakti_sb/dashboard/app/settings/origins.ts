/** Origins as the site API compares them. */

/** The origin in its one form; null if the text is none. */
export function plainOrigin(text: string): string | null {
  const wanted = text.trim().replace(/\/$/, "");
  // `*` stands for whole labels in front; the rest must be an address.
  const wildcard = /^(https?:\/\/)\*\.(.+)$/.exec(wanted);
  const address = wildcard ? `${wildcard[1]}${wildcard[2]}` : wanted;
  if (!/^https?:\/\/[^/?#@\s*]+$/i.test(address)) return null;
  if (isTooWide(text)) return null;
  if (!URL.canParse(address)) return null;
  const { origin, protocol, host } = new URL(address);
  return wildcard ? `${protocol}//*.${host}` : origin;
}

/** Whether an origin would let in everybody who can buy a name: `https://*.com`. */
export function isTooWide(text: string): boolean {
  const [, tail = ""] =
    /^https?:\/\/\*\.([^/?#@\s*]+)\/?$/i.exec(text.trim()) ?? [];
  const host = tail.replace(/:\d+$/, "").replace(/\.$/, "");
  return tail !== "" &&
    (!host.includes(".") || SHARED.test(host));
}

/** Endings with two labels under which names are sold or given away, each to somebody else. */
const SHARED =
  /^((co|com|org|net|edu|gov|ac|gob|or|ne)\.[a-z]{2}|(github|gitlab|netlify|vercel|pages|workers|web|herokuapp)\.(io|app|dev|com))$/i;
