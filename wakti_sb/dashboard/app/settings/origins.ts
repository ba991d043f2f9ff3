/** Origins as the site API compares them. */

/** The origin in its one form; null if the text is none. */
export function plainOrigin(text: string): string | null {
  const wanted = text.trim().replace(/\/$/, "");
  // `*` stands for whole labels in front; the rest must be an address.
  const wildcard = /^(https?:\/\/)\*\.(.+)$/.exec(wanted);
  const address = wildcard ? `${wildcard[1]}${wildcard[2]}` : wanted;
  if (!/^https?:\/\/[^/?#@\s*]+$/i.test(address)) return null;
  // `*.com` would let in everybody who can buy a name.
  if (wildcard && !/[^.:]\.[^.:]/.test(address)) return null;
  if (!URL.canParse(address)) return null;
  const { origin, protocol, host } = new URL(address);
  return wildcard ? `${protocol}//*.${host}` : origin;
}
