/** The Uploads tab. */

import { plural } from "../plural.ts";

export const uploads = {
  title: "Uploads",
  lead: "Files of your site, each with a public link.",
  drop: "Drop files here",
  dropOr: "or",
  choose: "Choose files",
  hint: (most: string) =>
    `Images, PDF, text, office documents, ZIP. Up to ${most} each.`,
  emptyTitle: "No files yet",
  emptyLead:
    "Drop pictures and documents here, or let your site upload them. Every file gets a public link.",
  usedLabel: "Storage",
  count: (count: number) =>
    plural("en", count, { one: "# file", other: "# files" }),
  copyLinkOf: (name: string) => `Copy link of ${name}`,
  openOf: (name: string) => `Open ${name}`,
  deleteOf: (name: string) => `Delete ${name}`,
  preview: (name: string) => `Preview of ${name}`,
  deleteTitle: "Delete this file?",
  deleteLead: (name: string) =>
    `${name} is removed for good, and pages that show it will miss it.`,
  deleted: (name: string) => `${name} deleted`,
  queue: "Uploading",
  waiting: "Waiting",
  sending: (percent: string) => `${percent} sent`,
  stored: "Stored",
  cancelled: "Cancelled",
  cancelOf: (name: string) => `Cancel ${name}`,
  dismiss: "Clear list",
  retryOf: (name: string) => `Try ${name} again`,
  tooLarge: (most: string) => `Larger than ${most}, so it was not sent.`,
  empty: "The file is empty, so it was not sent.",
  finished: (count: number) =>
    plural("en", count, { one: "# file stored", other: "# files stored" }),
  pill: (percent: string) => `Uploading: ${percent}`,
  pillFailed: (count: number) =>
    plural("en", count, {
      one: "# upload failed",
      other: "# uploads failed",
    }),
  heic:
    "Browsers cannot show HEIC pictures. On an iPhone choose Settings, Camera, Formats, Most Compatible; or save this one as JPEG.",
};
