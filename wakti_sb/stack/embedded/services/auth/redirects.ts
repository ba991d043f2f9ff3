/** Where a link in a message may lead: the site, this machine, and what config.toml allows. */

import type { AuthSettings } from "./settings.ts";

type Allowed = Pick<AuthSettings, "siteUrl" | "redirectUrls">;

/** The place that the request wants to be led to, if it may be; else the site. */
export function redirectOf(
  request: Request,
  url: URL,
  allowed: Allowed,
): string {
  const wanted = request.headers.get("redirect_to") ||
    url.searchParams.get("redirect_to") || "";
  const referer = request.headers.get("referer") ?? "";
  return [wanted, referer].find((one) => isAllowed(one, allowed)) ??
    allowed.siteUrl;
}

/** Whether a link may lead there. */
export function isAllowed(address: string, allowed: Allowed): boolean {
  const to = URL.parse(address);
  const site = URL.parse(allowed.siteUrl);
  if (to === null || site === null) return false;
  const local = to.hostname === "localhost" || isLoopback(to.hostname);
  if (
    to.hostname === site.hostname && to.protocol === site.protocol &&
    (to.port === site.port || local)
  ) return true;
  if (isAddress(to.hostname)) return isLoopback(to.hostname);
  const bare = address.split("#")[0] ?? "";
  return allowed.redirectUrls.some((pattern) => globOf(pattern).test(bare));
}

function isLoopback(host: string): boolean {
  return /^127(\.\d+){3}$/.test(host) || host === "[::1]";
}

function isAddress(host: string): boolean {
  return /^\d+(\.\d+){3}$/.test(host) || host.startsWith("[");
}

/** A pattern of config.toml: `*` stops at `.` and `/`, `**` does not, `?` is one character. */
function globOf(pattern: string): RegExp {
  const source = pattern.replace(
    /\*\*|\*|\?|[\\^$.+()[\]{}|]/g,
    (found) => {
      if (found === "**") return ".*";
      if (found === "*") return "[^./]*";
      if (found === "?") return "[^./]";
      return `\\${found}`;
    },
  );
  return new RegExp(`^${source}$`);
}
