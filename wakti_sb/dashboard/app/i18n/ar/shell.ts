/** The frame around the tabs, in Arabic. */

import { plural } from "../plural.ts";

export const shell = {
  skip: "انتقل إلى المحتوى",
  navigation: "المشروع",
  overview: "نظرة عامة",
  uploads: "الملفات",
  inbox: "الوارد",
  data: "البيانات",
  users: "المستخدمون",
  settings: "الإعدادات",
  unread: (count: number) =>
    plural("ar", count, {
      zero: "لا رسائل غير مقروءة",
      one: "رسالة غير مقروءة",
      two: "رسالتان غير مقروءتين",
      few: "# رسائل غير مقروءة",
      other: "# رسالة غير مقروءة",
    }),
  offBanner: "الخدمة متوقفة: لا يتلقى الموقع أي إجابة.",
  offline: "لا يوجد اتصال. قد يكون ما تراه قديمًا.",
  configTitle: "لوحة التحكم غير مهيأة",
  configLead:
    "الملف config.json بجانب هذه الصفحة مفقود أو غير صالح. يجب أن يحتوي على apiUrl و publishableKey.",
  switchProject: "تبديل المشروع",
};
