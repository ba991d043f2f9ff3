/** What in a project wants its owner, most urgent first. */

import { complete } from "../api/features.ts";
import { MAX_PROJECT_BYTES } from "../api/limits.ts";
import type { Backend, Overview } from "../api/projects.ts";
import type { Tab } from "../routing/route.ts";

export type NeedKind =
  | "off"
  | "full"
  | "unread"
  | "spam"
  | "openItems"
  | "openOrigins";

export interface Need {
  readonly kind: NeedKind;
  readonly count: number;
  /** Where it is settled. */
  readonly tab: Tab;
}

/** The part of the storage from which it is worth a word. */
const NEARLY_FULL = 0.9;

export function needsOf(backend: Backend, overview: Overview): readonly Need[] {
  const features = complete(backend.features);
  const used = overview.bytes / MAX_PROJECT_BYTES;
  const needs: (Need | false)[] = [
    !backend.enabled && { kind: "off", count: 0, tab: "settings" },
    used >= NEARLY_FULL &&
    { kind: "full", count: Math.floor(used * 100), tab: "uploads" },
    overview.unread > 0 &&
    { kind: "unread", count: overview.unread, tab: "inbox" },
    overview.spam > 0 && { kind: "spam", count: overview.spam, tab: "inbox" },
    features.collections.enabled && features.collections.write === "public" &&
    overview.collections.length > 0 &&
    { kind: "openItems", count: 0, tab: "settings" },
    backend.allowed_origins.length === 0 && overview.submissions > 0 &&
    { kind: "openOrigins", count: 0, tab: "settings" },
  ];
  return needs.filter((one) => one !== false);
}
