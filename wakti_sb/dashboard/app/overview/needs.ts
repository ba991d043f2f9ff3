/** What in a project wants its owner, most urgent first. */

import { complete } from "../api/features.ts";
import { limits } from "../api/limits.ts";
import type { Backend, Overview } from "../api/projects.ts";
import { isOpen, rightsIn } from "../api/rights.ts";
import type { Tab } from "../routing/route.ts";

export type NeedKind =
  | "off"
  | "full"
  | "failed"
  | "unread"
  | "spam"
  | "openItems"
  | "openOrigins";

export interface Need {
  readonly kind: NeedKind;
  readonly count: number;
  /** Where it is settled. */
  readonly tab: Tab;
  /** The part of the settings where it is. */
  readonly section?: string;
}

/** The part of the storage from which it is worth a word. */
const NEARLY_FULL = 0.9;

/**
 * @param failed Uploads of this page that failed; those of the site are in the overview.
 */
export function needsOf(
  backend: Backend,
  overview: Overview,
  failed: number,
): readonly Need[] {
  const features = complete(backend.features);
  const used = overview.bytes / limits.project;
  const needs: (Need | false)[] = [
    !backend.enabled && { kind: "off", count: 0, tab: "settings" },
    used >= NEARLY_FULL &&
    { kind: "full", count: Math.floor(used * 100), tab: "uploads" },
    overview.failed_files + failed > 0 &&
    {
      kind: "failed",
      count: overview.failed_files + failed,
      tab: "uploads",
    },
    overview.unread > 0 &&
    { kind: "unread", count: overview.unread, tab: "inbox" },
    overview.spam > 0 && { kind: "spam", count: overview.spam, tab: "inbox" },
    features.collections.enabled &&
    overview.collections.some(({ name }) =>
      isOpen(rightsIn(features.collections, name))
    ) &&
    { kind: "openItems", count: 0, tab: "settings", section: "collections" },
    backend.allowed_origins.length === 0 && overview.submissions > 0 &&
    { kind: "openOrigins", count: 0, tab: "settings", section: "origins" },
  ];
  return needs.filter((one) => one !== false);
}
