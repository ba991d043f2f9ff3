/** The Inbox tab. */

import { plural } from "../plural.ts";

export const inbox = {
  title: "Inbox",
  lead: "What visitors sent through the forms of your site.",
  emptyTitle: "No messages yet",
  emptyLead:
    "As soon as somebody sends a form of your site, it shows up here by itself.",
  emptyAction: "See how to connect a form",
  nothingTitle: "No results",
  nothingLead: "Try other words, or take a filter away.",
  searchLabel: "Search messages",
  form: "Form",
  allForms: "All forms",
  status: "Status",
  unread: "Unread",
  read: "Read",
  spam: "Spam",
  count: (count: number) =>
    plural("en", count, { one: "# message", other: "# messages" }),
  list: "Messages",
  chooseTitle: "Choose a message",
  chooseLead: "It opens here and counts as read.",
  back: "Back to the list",
  markRead: "Mark read",
  markUnread: "Mark unread",
  toSpam: "Move to spam",
  notSpam: "Not spam",
  deleteTitle: (count: number) =>
    plural("en", count, {
      one: "Delete this message?",
      other: "Delete # messages?",
    }),
  deleteLead: "They are removed for good.",
  deleted: (count: number) =>
    plural("en", count, {
      one: "Message deleted",
      other: "# messages deleted",
    }),
  marked: (count: number) =>
    plural("en", count, {
      one: "Message marked",
      other: "# messages marked",
    }),
  noContent: "Empty message",
  reply: "Reply by e-mail",
  labels: "Labels",
  labelsHint: "Only you see them. Type one and press Enter.",
  label: "Label",
  allLabels: "All labels",
  own: "For you alone",
  note: "Note",
  noteHint: "Only you see it. It is saved when you leave the field.",
  noteSave: "Save note",
  noteSaved: "Note saved",
  noteConflict:
    "Another window wrote a note meanwhile. Copy yours, open the message again, and add it there.",
  block: "Block sender",
  blocked: "Blocked",
  didBlock: (who: string) => `Messages from ${who} go to spam from now on`,
  movedToSpam: (count: number) =>
    plural("en", count, {
      one: "Message moved to spam",
      other: "# messages moved to spam",
    }),
  movedToInbox: (count: number) =>
    plural("en", count, {
      one: "Message is back in the inbox",
      other: "# messages are back in the inbox",
    }),
  selectEvery: (count: number) =>
    plural("en", count, {
      one: "Select # message",
      other: "Select all # messages",
    }),
};
