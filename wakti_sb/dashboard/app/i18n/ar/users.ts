/** The Users tab, in Arabic. */

import { plural } from "../plural.ts";

export const users = {
  title: "المستخدمون",
  lead: "أشخاص أنشؤوا حسابًا في موقعك. ليسوا أعضاء في لوحة التحكم هذه.",
  emptyTitle: "لا يوجد مستخدمون بعد",
  emptyLead: "حين يسجّل أحدهم في موقعك سيظهر حسابه هنا.",
  nothingTitle: "لا نتائج",
  nothingLead: "لا يوجد حساب بهذا الاسم أو البريد.",
  searchLabel: "البحث بالاسم أو البريد",
  count: (count: number) =>
    plural("ar", count, {
      zero: "لا حسابات",
      one: "حساب واحد",
      two: "حسابان",
      few: "# حسابات",
      other: "# حسابًا",
    }),
  person: "الشخص",
  status: "الحالة",
  active: "نشط",
  suspended: "موقوف",
  lastLogin: "آخر دخول",
  joined: "انضم في",
  suspend: "إيقاف",
  suspendOf: (who: string) => `إيقاف ${who}`,
  activate: "تفعيل",
  activateOf: (who: string) => `تفعيل ${who}`,
  deleteOf: (who: string) => `حذف ${who}`,
  suspendTitle: (who: string) => `إيقاف ${who}؟`,
  suspendLead:
    "سيُسجَّل خروجه من كل مكان فورًا، ولن يستطيع الدخول حتى تفعّل الحساب.",
  didSuspend: (who: string) => `أُوقف ${who} وسُجّل خروجه من كل مكان`,
  didActivate: (who: string) => `يستطيع ${who} الدخول من جديد`,
  codeOf: (who: string) => `رمز استعادة لـ ${who}`,
  codeTitle: (who: string) => `رمز استعادة لـ ${who}`,
  codeLead:
    "لمن نسي كلمة المرور. يعمل الرمز مرة واحدة خلال 24 ساعة، ويبطل أي رمز سابق.",
  codeHandOver: (who: string) =>
    `سلّم هذا الرمز إلى ${who} بنفسك، بالهاتف مثلًا. لن يظهر مرة أخرى.`,
  makeCode: "إنشاء رمز",
  code: "رمز الاستعادة",
  deleteTitle: (who: string) => `حذف ${who}؟`,
  deleteLead: "سيُزال الحساب نهائيًا. تبقى العناصر التي أنشأها.",
  didDelete: (who: string) => `حُذف ${who}`,
};
