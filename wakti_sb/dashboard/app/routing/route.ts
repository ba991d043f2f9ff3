/** Where in the page the reader is. It stands in the address, so it can be kept and sent. */

import { useEffect, useState } from "preact/hooks";

export const TABS = ["overview", "inbox", "data", "uploads", "users"] as const;

export type Tab = (typeof TABS)[number] | "settings";

const ALL: readonly Tab[] = [...TABS, "settings"];

/** What is filtered, searched and paged in a tab: behind the `?` of the address. */
export type View = { readonly [name: string]: string };

export interface Route {
  /** Null: the list of projects. */
  readonly project: string | null;
  readonly tab: Tab;
  /** A collection's name or a submission's id. */
  readonly detail: string | null;
  readonly view: View;
}

export function parse(hash: string): Route {
  const [path = "", query = ""] = split(hash.replace(/^#/, ""));
  const [, kind, project, tab, detail] = path.split("/");
  const view = Object.fromEntries(new URLSearchParams(query));
  if (kind !== "project" || !project) {
    return { project: null, tab: "overview", detail: null, view };
  }
  return {
    project: decode(project),
    tab: ALL.find((one) => one === tab) ?? "overview",
    detail: detail ? decode(detail) : null,
    view,
  };
}

function split(address: string): readonly [string, string] {
  const at = address.indexOf("?");
  return at < 0 ? [address, ""] : [address.slice(0, at), address.slice(at + 1)];
}

export function href(
  project: string,
  tab: Tab,
  detail?: string | null,
  view: View = {},
): string {
  const parts = ["#/project", encodeURIComponent(project), tab];
  if (detail) parts.push(encodeURIComponent(detail));
  const query = new URLSearchParams(
    Object.entries(view).filter(([, value]) => value !== ""),
  ).toString();
  return parts.join("/") + (query ? `?${query}` : "");
}

export const HOME = "#/";

/** Goes there at once: whoever follows the address knows before the next line runs. */
export function go(address: string): void {
  if (address === location.hash) return;
  history.pushState(null, "", address);
  dispatchEvent(new HashChangeEvent("hashchange"));
}

/** Another view of the same place: Back does not go through each letter of a search. */
export function replaceView(change: View): void {
  const { project, tab, detail, view } = parse(location.hash);
  if (project === null) return;
  const address = href(project, tab, detail, { ...view, ...change });
  if (address === location.hash) return;
  history.replaceState(null, "", address);
  dispatchEvent(new HashChangeEvent("hashchange"));
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

/** Reads one word of the view and writes it back; the empty text is the default. */
export function useView(
  name: string,
): readonly [string, (value: string) => void] {
  const { view } = useRoute();
  const value = Object.hasOwn(view, name) ? view[name] ?? "" : "";
  return [value, (next) => replaceView({ [name]: next })];
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
