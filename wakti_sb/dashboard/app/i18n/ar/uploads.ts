/** The Uploads tab, in Arabic. */

import { plural } from "../plural.ts";

export const uploads = {
  title: "الملفات",
  lead: "ملفات موقعك، ولكل منها رابط عام.",
  drop: "أفلت الملفات هنا",
  dropOr: "أو",
  choose: "اختر ملفات",
  hint: (most: string) =>
    `صور و PDF ونصوص ومستندات و ZIP. حتى ${most} لكل ملف.`,
  emptyTitle: "لا توجد ملفات بعد",
  emptyLead:
    "أفلت الصور والمستندات هنا، أو دع موقعك يرفعها. يحصل كل ملف على رابط عام.",
  usedLabel: "التخزين",
  count: (count: number) =>
    plural("ar", count, {
      zero: "لا ملفات",
      one: "ملف واحد",
      two: "ملفان",
      few: "# ملفات",
      other: "# ملفًا",
    }),
  copyLinkOf: (name: string) => `نسخ رابط ${name}`,
  openOf: (name: string) => `فتح ${name}`,
  deleteOf: (name: string) => `حذف ${name}`,
  preview: (name: string) => `معاينة ${name}`,
  deleteTitle: "حذف هذا الملف؟",
  deleteLead: (name: string) =>
    `سيُزال ${name} نهائيًا، وستفتقده الصفحات التي تعرضه.`,
  deleted: (name: string) => `حُذف ${name}`,
  queue: "جارٍ الرفع",
  waiting: "في الانتظار",
  sending: (percent: string) => `أُرسل ${percent}`,
  stored: "تم الحفظ",
  cancelled: "أُلغي",
  cancelOf: (name: string) => `إلغاء ${name}`,
  dismiss: "مسح القائمة",
  retryOf: (name: string) => `إعادة محاولة ${name}`,
  tooLarge: (most: string) => `أكبر من ${most}، لذلك لم يُرسل.`,
  empty: "الملف فارغ، لذلك لم يُرسل.",
  finished: (count: number) =>
    plural("ar", count, {
      zero: "لم يُحفظ أي ملف",
      one: "تم حفظ ملف واحد",
      two: "تم حفظ ملفين",
      few: "تم حفظ # ملفات",
      other: "تم حفظ # ملفًا",
    }),
  pill: (percent: string) => `جارٍ الرفع: ${percent}`,
  pillFailed: (count: number) =>
    plural("ar", count, {
      one: "فشل رفع ملف",
      two: "فشل رفع ملفين",
      few: "فشل رفع # ملفات",
      other: "فشل رفع # ملفًا",
    }),
  heic:
    "لا تعرض المتصفحات صور HEIC. في iPhone اختر الإعدادات ثم الكاميرا ثم التنسيقات ثم «الأكثر توافقًا»، أو احفظ هذه الصورة بصيغة JPEG.",
};
