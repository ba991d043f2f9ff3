/** What went wrong, in words that say what to do. Keys are the API's codes. */

export const problems = {
  title: "This did not work",
  loadTitle: "This could not be loaded",
  offline: "The server does not answer. Check the connection and try again.",
  session: "Your session has ended. Sign in again.",
  gone: "This is not there any more. Somebody may have deleted it.",
  conflict: "Somebody else saved this in the meantime.",
  server: "The server has a problem of its own. Try again in a moment.",
  refused: "The server refused this.",
  codes: {
    backend_not_enabled: "The backend of this project is not switched on.",
    backend_disabled: "The backend of this project is off.",
    feature_disabled: "This feature is switched off in the settings.",
    origin_not_allowed: "This address is not among the allowed origins.",
    not_permitted: "You may not do this.",
    file_not_found: "The file is not there any more.",
    file_too_large: "The file is too large.",
    quota_exceeded:
      "There is not enough room left in the project. Delete files you no longer need.",
    file_type_not_allowed:
      "This type of file is not allowed. Images, PDF, text, CSV, JSON, office documents and ZIP are.",
    unsupported_media_type: "This cannot be uploaded.",
    rate_limited: "Too many requests in a minute. Wait a little.",
    body_too_large: "This is too much for one request.",
    invalid_data: "A value has another type than the collection expects.",
  },
};
