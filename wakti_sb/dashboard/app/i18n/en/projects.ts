/** The list of projects. */

import { plural } from "../plural.ts";

export const projects = {
  title: "Your projects",
  lead: "Choose one to see what its site received.",
  create: "New project",
  createTitle: "New project",
  createLead: "Each site gets a project of its own.",
  name: "Name",
  nameHint: "The site's name, for example. Only you see it.",
  nameMissing: "Give the project a name.",
  createAction: "Create project",
  created: (name: string) => `${name} is ready`,
  madeOn: (date: string) => `Created ${date}`,
  emptyTitle: "Your first project",
  emptyLead:
    "A project holds what one site needs: an inbox, content, files and user accounts.",
  all: "All projects",
  goneTitle: "This project is no longer there",
  goneLead: "It was deleted, or it belongs to another account.",
  arrived: (count: number) =>
    plural("en", count, {
      one: "A new message arrived",
      other: "# new messages arrived",
    }),
};
