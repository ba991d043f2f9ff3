/** The Settings page. */

export const settings = {
  title: "Settings",
  lead: "What the site may ask of this backend, and from where.",
  general: "Project",
  name: "Name",
  nameMissing: "Give the project a name.",
  id: "Project id",
  backendOn: "The backend answers",
  backendHint:
    "Switch it off and every request of the site is refused. Nothing is deleted.",
  origins: "Allowed origins",
  originsLead:
    "The addresses your site is served from. An empty list lets every site in.",
  originsOpen:
    "Every site may use this backend. Name yours before you publish.",
  origin: "Address",
  originHint:
    "https://shop.example.com, or https://*.example.com for all below it.",
  originAdd: "Add",
  originRemove: (origin: string) => `Remove ${origin}`,
  originInvalid: "Scheme and host only, such as https://shop.example.com.",
  originTaken: "It is in the list already.",
  forms: "Forms",
  formsHint: "Visitors send forms; they arrive in the inbox.",
  honeypot: "Spam trap field",
  honeypotHint:
    "A hidden field that people leave empty. Who fills it lands in spam.",
  collections: "Collections",
  collectionsHint: "Pages read lists of content, and may add to them.",
  read: "Who reads",
  write: "Who writes",
  validate: "Keep types",
  validateHint:
    "Refuse items whose values have another type than earlier ones.",
  overrides: "Exceptions for single collections",
  overridesLead: "A collection without an exception follows the rule above.",
  asAbove: "As above",
  uploads: "Uploads",
  uploadsHint: "The site stores files, 50 MB in all.",
  auth: "User accounts",
  authHint: "Visitors sign in on your site.",
  signup: "New accounts",
  signupHint: "Visitors may create an account themselves.",
  access: {
    public: "Everyone",
    site_users: "Signed-in users of the site",
    owner: "Only you",
  },
  publicCollections:
    "Anyone on the internet can add, change and delete items. Choose “Only you” if pages just show them.",
  publicUploads:
    "Anyone on the internet can fill your storage. Choose “Only you” if just you add files.",
  limits: "Requests a minute",
  limitsLead: "For one visitor's address. 0 means no limit.",
  limit: {
    submit: "Forms sent",
    login: "Sign-ins",
    signup: "New accounts",
    write: "Items written",
    upload: "Files stored",
  },
  limitInvalid: "A whole number from 0 to 1,000,000.",
  snippet: "Connect your site",
  snippetLead:
    "Paste this into the site's JavaScript. The project id is in it already.",
  conflict:
    "The settings changed in another window. Yours were not saved; these are the current ones.",
};
