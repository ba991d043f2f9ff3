/** The Overview tab. */

import { plural } from "../plural.ts";

export const overview = {
  title: "Overview",
  lead: "What your site received, and what needs you.",
  chart: (days: number) =>
    plural("en", days, {
      one: "Messages today",
      other: "Messages a day, the last # days",
    }),
  asTable: "Show as a table",
  day: "Day",
  messages: "Messages",
  accounts: "New accounts",
  lately: "Messages in 30 days",
  newAccounts: "New accounts in 30 days",
  storage: "Storage",
  blocked: "Blocked",
  blockedToday: "Blocked today",
  byForm: "By form",
  needs: "What needs you",
  need: {
    off: (_count: number, _number: string) =>
      "The backend is off: your site gets no answers.",
    full: (_count: number, number: string) =>
      `The storage is ${number} % full. Delete files you no longer need.`,
    failed: (count: number, _number: string) =>
      plural("en", count, {
        one: "# upload did not arrive",
        other: "# uploads did not arrive",
      }),
    unread: (count: number, _number: string) =>
      plural("en", count, {
        one: "# message is unread",
        other: "# messages are unread",
      }),
    spam: (count: number, _number: string) =>
      plural("en", count, {
        one: "# message looks like spam",
        other: "# messages look like spam",
      }),
    openItems: (_count: number, _number: string) =>
      "Any visitor may change and delete your items. Decide who may.",
    openOrigins: (_count: number, _number: string) =>
      "Every site may use this backend. Name the addresses of yours.",
  },
  start: "First steps",
  steps: {
    on: "The backend is on",
    origins: "Name the addresses of your site",
    snippet: "Connect a form of your site",
    data: "Make a collection for what your pages show",
  },
  stepDone: "done",
  sendTest: "Send a test message",
  testMessage: {
    name: "Test",
    message: "This is a test message. It came the way your visitors' will.",
  },
  unreadMessages: "Unread messages",
  form: "Form",
  unread: "Unread",
};
