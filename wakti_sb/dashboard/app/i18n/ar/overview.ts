/** The Overview tab, in Arabic. */

import { plural } from "../plural.ts";

export const overview = {
  title: "نظرة عامة",
  lead: "ما وصل إلى موقعك وما يحتاج إليك.",
  chart: (days: number) =>
    plural("ar", days, {
      one: "رسائل اليوم",
      two: "الرسائل كل يوم، آخر يومين",
      few: "الرسائل كل يوم، آخر # أيام",
      other: "الرسائل كل يوم، آخر # يومًا",
    }),
  asTable: "عرض كجدول",
  day: "اليوم",
  messages: "الرسائل",
  accounts: "حسابات جديدة",
  lately: "الرسائل في 30 يومًا",
  newAccounts: "حسابات جديدة في 30 يومًا",
  storage: "التخزين",
  blocked: "محظورة",
  blockedToday: "محظورة اليوم",
  byForm: "حسب النموذج",
  needs: "ما يحتاج إليك",
  need: {
    off: (_count: number, _number: string) =>
      "الخدمة متوقفة: لا يتلقى موقعك أي رد.",
    full: (_count: number, number: string) =>
      `امتلأ ${number}٪ من مساحة التخزين. احذف ما لم تعد تحتاج إليه من الملفات.`,
    failed: (count: number, _number: string) =>
      plural("ar", count, {
        one: "ملف واحد لم يصل",
        two: "ملفان لم يصلا",
        few: "# ملفات لم تصل",
        other: "# ملفًا لم يصل",
      }),
    unread: (count: number, _number: string) =>
      plural("ar", count, {
        one: "رسالة واحدة غير مقروءة",
        two: "رسالتان غير مقروءتين",
        few: "# رسائل غير مقروءة",
        other: "# رسالة غير مقروءة",
      }),
    spam: (count: number, _number: string) =>
      plural("ar", count, {
        one: "رسالة واحدة تبدو غير مرغوبة",
        two: "رسالتان تبدوان غير مرغوبتين",
        few: "# رسائل تبدو غير مرغوبة",
        other: "# رسالة تبدو غير مرغوبة",
      }),
    openItems: (_count: number, _number: string) =>
      "يستطيع أي زائر تعديل عناصرك وحذفها. حدّد من يحق له ذلك.",
    openOrigins: (_count: number, _number: string) =>
      "يستطيع أي موقع استخدام هذه الخدمة. حدّد عناوين موقعك.",
  },
  start: "الخطوات الأولى",
  steps: {
    on: "الخدمة مفعّلة",
    origins: "حدّد عناوين موقعك",
    snippet: "اربط نموذجًا في موقعك",
    data: "أنشئ مجموعة لما تعرضه صفحاتك",
  },
  stepDone: "تم",
  sendTest: "إرسال رسالة تجريبية",
  testMessage: {
    name: "تجربة",
    message: "هذه رسالة تجريبية. وصلت كما ستصل رسائل زوارك.",
  },
  unreadMessages: "رسائل غير مقروءة",
  form: "النموذج",
  unread: "غير مقروءة",
};
