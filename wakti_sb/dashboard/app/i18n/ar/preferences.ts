/** Language, appearance, notifications, in Arabic. */

export const preferences = {
  language: "اللغة",
  theme: "المظهر",
  themeAuto: "مثل النظام",
  themeLight: "فاتح",
  themeDark: "داكن",
  alerts: {
    off: "بلا إشعارات",
    quiet: "إشعار عند وصول رسالة",
    sound: "إشعار بصوت",
  },
  alertsRefused: "لا يسمح متصفحك بالإشعارات لهذه الصفحة.",
};
