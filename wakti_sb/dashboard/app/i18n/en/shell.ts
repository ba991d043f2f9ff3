/** The frame around the tabs. */

export const shell = {
  skip: "Skip to content",
  navigation: "Project",
  overview: "Overview",
  uploads: "Uploads",
  inbox: "Inbox",
  data: "Data",
  users: "Users",
  settings: "Settings",
  unread: (count: number) => `${count} unread`,
  offBanner: "The backend is off: the site gets no answers.",
  offline: "No connection. What you see may be out of date.",
  configTitle: "The dashboard is not set up",
  configLead:
    "The file config.json beside this page is missing or says nothing useful. It needs apiUrl and publishableKey.",
  switchProject: "Switch project",
};
