/** Where in the page the reader is. It stands in the address, so it can be kept and sent. */

import { useEffect, useState } from "preact/hooks";

export const TABS = ["uploads", "inbox", "data", "users"] as const;

export type Tab = (typeof TABS)[number] | "settings";

export interface Route {
  /** Null: the list of projects. */
  readonly project: string | null;
  readonly tab: Tab;
  /** A collection's name or a submission's id. */
  readonly detail: string | null;
}

export function parse(hash: string): Route {
  const [, kind, project, tab, detail] = hash.replace(/^#/, "").split("/");
  if (kind !== "project" || !project) {
    return { project: null, tab: "inbox", detail: null };
  }
  const known = [...TABS, "settings" as const].find((one) => one === tab);
  return {
    project: decode(project),
    tab: known ?? "inbox",
    detail: detail ? decode(detail) : null,
  };
}

export function href(project: string, tab: Tab, detail?: string): string {
  const parts = ["#/project", encodeURIComponent(project), tab];
  if (detail !== undefined) parts.push(encodeURIComponent(detail));
  return parts.join("/");
}

export const HOME = "#/";

export function go(address: string): void {
  location.hash = address;
}

export function useRoute(): Route {
  const [route, setRoute] = useState(() => parse(location.hash));
  useEffect(() => {
    const follow = () => setRoute(parse(location.hash));
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return route;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
