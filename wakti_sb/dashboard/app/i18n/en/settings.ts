/** The Settings page. */

export const settings = {
  title: "Settings",
  lead: "What the site may ask of this backend, and from where.",
  name: "Name",
  nameMissing: "Give the project a name.",
  id: "Project id",
  backendOn: "Backend on",
  backendHint:
    "Switch it off and every request of the site is refused. Nothing is deleted.",
  originsLead:
    "The addresses your site is served from. An empty list lets every site in.",
  originsOpen:
    "Every site may use this backend. Name yours before you publish.",
  origin: "Address",
  originHint:
    "https://shop.example.com, or https://*.example.com for all below it.",
  originRemove: (origin: string) => `Remove ${origin}`,
  originInvalid: "Scheme and host only, such as https://shop.example.com.",
  originTaken: "It is in the list already.",
  forms: "Forms",
  formsHint: "Visitors send forms; they arrive in the inbox.",
  honeypot: "Spam trap field",
  honeypotHint:
    "A hidden field that people leave empty. Who fills it lands in spam.",
  blockedSenders: "Blocked senders",
  blockedSendersHint:
    "An address, or @example.com for everybody there. Their messages go to spam.",
  blockedWords: "Blocked words",
  blockedWordsHint:
    "A message that holds one of them goes to spam, whoever sent it.",
  collections: "Collections",
  collectionsHint: "Pages read lists of content, and may add to them.",
  write: "Who writes",
  validate: "Keep types",
  validateHint:
    "Refuse items whose values have another type than earlier ones.",
  overrides: "Exceptions for single collections",
  overridesLead: "A collection without an exception follows the rule above.",
  asAbove: "As above",
  uploads: "Uploads",
  uploadsHint: (all: string) => `The site stores files, ${all} in all.`,
  auth: "User accounts",
  authHint: "Visitors sign in on your site.",
  signup: "New accounts",
  signupHint: "Visitors may create an account themselves.",
  access: {
    public: "Everyone",
    own: "Whoever made it",
    site_users: "Signed-in users of the site",
    owner: "Only you",
  },
  publicCollections:
    "Anyone on the internet can change or delete items. Choose “Only you” if pages just show them.",
  publicOverrides: (names: string) =>
    `Anyone on the internet can change or delete items of ${names}.`,
  list: "Parts of the settings",
  sections: {
    snippet: "Connect your site",
    project: "Project",
    origins: "Allowed origins",
    forms: "Forms",
    collections: "Collections",
    uploads: "Uploads",
    auth: "User accounts",
    limits: "Requests a minute",
    danger: "Delete project",
  },
  saves: {
    "at once": "Saved at once",
    "with the button": "Saved with the button",
    both: "Switches save at once, fields with their button",
  },
  notSaved: "Not saved yet",
  rights: "Who may do what",
  verbs: {
    read: "Read",
    create: "Add",
    update: "Change",
    delete: "Delete",
  },
  overrideFor: "Exception for",
  originTooWide:
    "Everybody can get a name below this. Name your own, such as https://*.example.com.",
  publicUploads:
    "Anyone on the internet can fill your storage. Choose “Only you” if just you add files.",
  limitsLead: "For one visitor's address. 0 means no limit.",
  limit: {
    submit: "Forms sent",
    login: "Sign-ins",
    signup: "New accounts",
    write: "Items written",
    upload: "Files stored",
  },
  limitInvalid: "A whole number from 0 to 1,000,000.",
  snippetKinds: {
    html: "HTML form",
    javascript: "JavaScript",
    prompt: "Prompt for an AI coder",
  },
  snippetLeads: {
    html:
      "Paste this into a page of the site: it needs no script. Fields can be added and renamed; the hidden one catches robots.",
    javascript:
      "Paste this into a page of the site: a form that stays on its page, and a list of items. It sends again when the connection fails.",
    prompt:
      "Give this to the AI that writes the site. The address and the project are in it already.",
  },
  snippetWords: {
    name: "Name",
    email: "Email",
    message: "Message",
    send: "Send",
    thanks: "Thank you",
  },
  conflict:
    "The settings changed in another window. Yours were not saved; these are the current ones.",
  deleteAction: "Delete project",
  deleteTitle: (name: string) => `Delete ${name}?`,
  deleteLead:
    "Its messages, items, files and accounts go with it, for good. Your site gets no more answers.",
  deleteType: (name: string) => `Type ${name} to go on`,
  deleteMismatch: "This is not the project's name.",
  deletedDone: (name: string) => `${name} is deleted`,
  noBackendTitle: "The backend is not switched on yet",
  noBackendLead:
    "Switch it on and the site can send forms, read content, store files and sign users in.",
  enable: "Switch the backend on",
};
