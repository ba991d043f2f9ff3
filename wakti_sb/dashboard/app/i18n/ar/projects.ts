/** The list of projects, in Arabic. */

import { plural } from "../plural.ts";

export const projects = {
  title: "مشاريعك",
  lead: "اختر مشروعًا لترى ما وصل إلى موقعه.",
  create: "مشروع جديد",
  createTitle: "مشروع جديد",
  createLead: "لكل موقع مشروع خاص به.",
  name: "الاسم",
  nameHint: "اسم الموقع مثلًا. لا يراه أحد سواك.",
  nameMissing: "أعطِ المشروع اسمًا.",
  createAction: "إنشاء المشروع",
  created: (name: string) => `${name} جاهز`,
  madeOn: (date: string) => `أُنشئ في ${date}`,
  emptyTitle: "مشروعك الأول",
  emptyLead:
    "يضم المشروع ما يحتاجه موقع واحد: صندوق وارد ومحتوى وملفات وحسابات مستخدمين.",
  all: "كل المشاريع",
  goneTitle: "لم يعد هذا المشروع موجودًا",
  goneLead: "لقد حُذف، أو أنه يخص حسابًا آخر.",
  arrived: (count: number) =>
    plural("ar", count, {
      zero: "لا رسائل جديدة",
      one: "وصلت رسالة جديدة",
      two: "وصلت رسالتان جديدتان",
      few: "وصلت # رسائل جديدة",
      other: "وصلت # رسالة جديدة",
    }),
};
