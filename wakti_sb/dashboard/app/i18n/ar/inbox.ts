/** The Inbox tab, in Arabic. */

import { plural } from "../plural.ts";

export const inbox = {
  title: "الوارد",
  lead: "ما أرسله الزوار عبر نماذج موقعك.",
  emptyTitle: "لا توجد رسائل بعد",
  emptyLead: "حين يرسل أحدهم نموذجًا من موقعك سيظهر هنا تلقائيًا.",
  emptyAction: "كيف أربط نموذجًا؟",
  nothingTitle: "لا نتائج",
  nothingLead: "جرّب كلمات أخرى أو أزل أحد المرشحات.",
  searchLabel: "البحث في الرسائل",
  form: "النموذج",
  allForms: "كل النماذج",
  status: "الحالة",
  unread: "غير مقروءة",
  read: "مقروءة",
  spam: "رسائل غير مرغوبة",
  count: (count: number) =>
    plural("ar", count, {
      zero: "لا رسائل",
      one: "رسالة واحدة",
      two: "رسالتان",
      few: "# رسائل",
      other: "# رسالة",
    }),
  list: "الرسائل",
  chooseTitle: "اختر رسالة",
  chooseLead: "ستُفتح هنا وتُعدّ مقروءة.",
  back: "العودة إلى القائمة",
  markRead: "تعليم كمقروءة",
  markUnread: "تعليم كغير مقروءة",
  toSpam: "نقل إلى غير المرغوبة",
  notSpam: "مرغوبة",
  deleteTitle: (count: number) =>
    plural("ar", count, {
      zero: "لا شيء للحذف",
      one: "حذف هذه الرسالة؟",
      two: "حذف الرسالتين؟",
      few: "حذف # رسائل؟",
      other: "حذف # رسالة؟",
    }),
  deleteLead: "ستُزال نهائيًا.",
  deleted: (count: number) =>
    plural("ar", count, {
      zero: "لم تُحذف أي رسالة",
      one: "حُذفت الرسالة",
      two: "حُذفت رسالتان",
      few: "حُذفت # رسائل",
      other: "حُذفت # رسالة",
    }),
  marked: (count: number) =>
    plural("ar", count, {
      zero: "لم تتغير أي رسالة",
      one: "عُلّمت الرسالة",
      two: "عُلّمت رسالتان",
      few: "عُلّمت # رسائل",
      other: "عُلّمت # رسالة",
    }),
  noContent: "رسالة فارغة",
  reply: "الرد بالبريد",
  labels: "الوسوم",
  labelsHint: "لا يراها سواك. اكتب وسمًا ثم اضغط Enter.",
  label: "الوسم",
  allLabels: "كل الوسوم",
  own: "لك وحدك",
  note: "ملاحظة",
  noteHint: "لا يراها سواك. تُحفظ حين تغادر الحقل.",
  noteSave: "حفظ الملاحظة",
  noteSaved: "حُفظت الملاحظة",
  noteConflict:
    "كُتبت ملاحظة في نافذة أخرى في هذه الأثناء. انسخ ملاحظتك وافتح الرسالة من جديد وأضفها هناك.",
  block: "حظر المرسل",
  blocked: "محظورة",
  didBlock: (who: string) =>
    `ستذهب رسائل ${who} إلى الرسائل غير المرغوبة من الآن`,
  movedToSpam: (count: number) =>
    plural("ar", count, {
      one: "نُقلت الرسالة إلى الرسائل غير المرغوبة",
      two: "نُقلت رسالتان إلى الرسائل غير المرغوبة",
      few: "نُقلت # رسائل إلى الرسائل غير المرغوبة",
      other: "نُقلت # رسالة إلى الرسائل غير المرغوبة",
    }),
  movedToInbox: (count: number) =>
    plural("ar", count, {
      one: "عادت الرسالة إلى الوارد",
      two: "عادت رسالتان إلى الوارد",
      few: "عادت # رسائل إلى الوارد",
      other: "عادت # رسالة إلى الوارد",
    }),
  selectEvery: (count: number) =>
    plural("ar", count, {
      one: "تحديد الرسالة",
      two: "تحديد الرسالتين",
      few: "تحديد الرسائل كلها (#)",
      other: "تحديد الرسائل كلها (#)",
    }),
};
