/** Language, appearance, notifications. */

export const preferences = {
  language: "Language",
  theme: "Appearance",
  themeAuto: "As the system",
  themeLight: "Light",
  themeDark: "Dark",
  alerts: {
    off: "No notifications",
    quiet: "Notify me of messages",
    sound: "Notify me with a sound",
  },
  alertsRefused: "Your browser does not allow notifications for this page.",
};
