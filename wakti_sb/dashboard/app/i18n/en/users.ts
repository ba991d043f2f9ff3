/** The Users tab. */

import { plural } from "../plural.ts";

export const users = {
  title: "Users",
  lead:
    "People who made an account on your site. They are not members of this dashboard.",
  emptyTitle: "No users yet",
  emptyLead:
    "As soon as somebody signs up on your site, the account shows up here.",
  nothingTitle: "No results",
  nothingLead: "No account has this name or e-mail.",
  searchLabel: "Search by name or e-mail",
  count: (count: number) =>
    plural("en", count, { one: "# account", other: "# accounts" }),
  person: "Person",
  status: "Status",
  active: "Active",
  suspended: "Suspended",
  lastLogin: "Last login",
  joined: "Joined",
  suspend: "Suspend",
  suspendOf: (who: string) => `Suspend ${who}`,
  activate: "Activate",
  activateOf: (who: string) => `Activate ${who}`,
  deleteOf: (who: string) => `Delete ${who}`,
  suspendTitle: (who: string) => `Suspend ${who}?`,
  suspendLead:
    "They are signed out everywhere at once and cannot sign in until you activate the account.",
  didSuspend: (who: string) => `${who} is suspended and signed out everywhere`,
  didActivate: (who: string) => `${who} may sign in again`,
  codeOf: (who: string) => `Reset code for ${who}`,
  codeTitle: (who: string) => `Reset code for ${who}`,
  codeLead:
    "For somebody who forgot the password. The code works once, within 24 hours; an earlier one stops working.",
  codeHandOver: (who: string) =>
    `Give this code to ${who} yourself, for example by phone. It is shown only now.`,
  makeCode: "Make a code",
  code: "Reset code",
  deleteTitle: (who: string) => `Delete ${who}?`,
  deleteLead: "The account is removed for good. Items they made stay.",
  didDelete: (who: string) => `${who} deleted`,
};
