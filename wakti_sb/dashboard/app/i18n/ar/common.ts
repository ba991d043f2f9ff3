/** Words of every tab, in Arabic. */

import { plural } from "../plural.ts";

export const common = {
  product: "وقتي",
  cancel: "إلغاء",
  close: "إغلاق",
  save: "حفظ",
  saving: "جارٍ الحفظ…",
  saved: "تم الحفظ",
  delete: "حذف",
  undo: "تراجع",
  retry: "إعادة المحاولة",
  loading: "جارٍ التحميل…",
  clearSearch: "مسح البحث",
  clearFilters: "إزالة المرشحات",
  add: "إضافة",
  typeEntry: "اكتب قيمة ثم اضغط Enter.",
  removeEntry: (entry: string) => `إزالة ${entry}`,
  copy: "نسخ",
  copied: "تم النسخ",
  all: "الكل",
  more: "إجراءات أخرى",
  select: (name: string) => `تحديد ${name}`,
  selectAll: "تحديد كل ما في هذه الصفحة",
  selectNone: "إلغاء التحديد",
  selected: (count: number) =>
    plural("ar", count, {
      one: "عنصر واحد محدد",
      two: "عنصران محددان",
      few: "# عناصر محددة",
      other: "# عنصرًا محددًا",
    }),
  pages: "الصفحات",
  previous: "الصفحة السابقة",
  next: "الصفحة التالية",
  range: (first: string, last: string, total: string) =>
    `\u2066${first}–${last}\u2069 من ${total}`,
  never: "أبدًا",
  export: "تصدير",
  exportCsv: "تصدير بصيغة CSV",
  exportJson: "تصدير بصيغة JSON",
  exporting: (part: string) => `جارٍ التصدير… ${part}`,
  exported: (count: number) =>
    plural("ar", count, {
      zero: "لم يُصدَّر أي صف",
      one: "تم تصدير صف واحد",
      two: "تم تصدير صفين",
      few: "تم تصدير # صفوف",
      other: "تم تصدير # صفًا",
    }),
  used: (used: string, most: string) => `${used} مستخدمة من ${most}`,
};
