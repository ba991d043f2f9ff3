/** The Settings page, in Arabic. */

export const settings = {
  title: "الإعدادات",
  lead: "ما الذي يحق للموقع طلبه من هذه الخدمة، ومن أين.",
  name: "الاسم",
  nameMissing: "أعطِ المشروع اسمًا.",
  id: "معرّف المشروع",
  backendOn: "الخدمة مفعّلة",
  backendHint: "أوقفها فيُرفض كل طلب من الموقع. لا يُحذف شيء.",
  originsLead:
    "العناوين التي يُعرض منها موقعك. القائمة الفارغة تسمح لكل المواقع.",
  originsOpen: "يمكن لأي موقع استخدام هذه الخدمة. أضف موقعك قبل النشر.",
  origin: "العنوان",
  originHint: "‎https://shop.example.com‎ أو ‎https://*.example.com‎ لكل ما تحته.",
  originRemove: (origin: string) => `إزالة ${origin}`,
  originInvalid: "البروتوكول والمضيف فقط، مثل ‎https://shop.example.com‎.",
  originTaken: "موجود في القائمة بالفعل.",
  forms: "النماذج",
  formsHint: "يرسل الزوار نماذج فتصل إلى الوارد.",
  honeypot: "حقل مصيدة الرسائل غير المرغوبة",
  honeypotHint:
    "حقل مخفي يتركه الناس فارغًا. من يملؤه تذهب رسالته إلى غير المرغوبة.",
  blockedSenders: "مرسلون محظورون",
  blockedSendersHint:
    "عنوان بريد، أو ‎@example.com‎ لكل من فيه. تذهب رسائلهم إلى غير المرغوبة.",
  blockedWords: "كلمات محظورة",
  blockedWordsHint:
    "الرسالة التي فيها إحداها تذهب إلى غير المرغوبة أيًا كان مرسلها.",
  collections: "المجموعات",
  collectionsHint: "تقرأ الصفحات قوائم المحتوى وقد تضيف إليها.",
  write: "من يكتب",
  validate: "تثبيت الأنواع",
  validateHint: "رفض العناصر التي تختلف أنواع قيمها عن سابقاتها.",
  overrides: "استثناءات لمجموعات بعينها",
  overridesLead: "المجموعة التي بلا استثناء تتبع القاعدة أعلاه.",
  asAbove: "كما أعلاه",
  uploads: "الملفات",
  uploadsHint: (all: string) => `يحفظ الموقع ملفات، ${all} في المجموع.`,
  auth: "حسابات المستخدمين",
  authHint: "يسجّل الزوار الدخول في موقعك.",
  signup: "حسابات جديدة",
  signupHint: "يمكن للزوار إنشاء حساب بأنفسهم.",
  access: {
    public: "الجميع",
    own: "من أنشأه",
    site_users: "مستخدمو الموقع المسجّلون",
    owner: "أنت فقط",
  },
  publicCollections:
    "يمكن لأي شخص على الإنترنت تغيير العناصر أو حذفها. اختر «أنت فقط» إن كانت الصفحات تعرضها فحسب.",
  publicOverrides: (names: string) =>
    `يمكن لأي شخص على الإنترنت تغيير عناصر ${names} أو حذفها.`,
  list: "أقسام الإعدادات",
  sections: {
    snippet: "اربط موقعك",
    project: "المشروع",
    origins: "العناوين المسموح بها",
    forms: "النماذج",
    collections: "المجموعات",
    uploads: "الملفات",
    auth: "حسابات المستخدمين",
    limits: "الطلبات في الدقيقة",
    danger: "حذف المشروع",
  },
  saves: {
    "at once": "يُحفظ فورًا",
    "with the button": "يُحفظ بالزر",
    both: "المفاتيح تُحفظ فورًا، والحقول بزرها",
  },
  notSaved: "لم يُحفظ بعد",
  rights: "من يحق له ماذا",
  verbs: {
    read: "قراءة",
    create: "إضافة",
    update: "تعديل",
    delete: "حذف",
  },
  overrideFor: "استثناء لمجموعة",
  originTooWide:
    "يستطيع أي أحد الحصول على اسم تحت هذا العنوان. حدّد عنوانك، مثل ‎https://*.example.com‎.",
  publicUploads:
    "يمكن لأي شخص على الإنترنت ملء مساحتك. اختر «أنت فقط» إن كنت وحدك تضيف الملفات.",
  limitsLead: "لعنوان زائر واحد. 0 يعني بلا حد.",
  limit: {
    submit: "نماذج مرسلة",
    login: "عمليات دخول",
    signup: "حسابات جديدة",
    write: "عناصر مكتوبة",
    upload: "ملفات محفوظة",
  },
  limitInvalid: "رقم صحيح من 0 إلى 1,000,000.",
  snippetKinds: {
    html: "نموذج HTML",
    javascript: "JavaScript",
    prompt: "تعليمات لمبرمج ذكاء اصطناعي",
  },
  snippetLeads: {
    html:
      "الصق هذا في صفحة من الموقع: لا يحتاج إلى برمجة. يمكن إضافة حقول وتغيير أسمائها؛ الحقل المخفي يصيد الروبوتات.",
    javascript:
      "الصق هذا في صفحة من الموقع: نموذج يبقى في صفحته وقائمة عناصر. يُعيد الإرسال إذا انقطع الاتصال.",
    prompt:
      "أعطِ هذا للذكاء الاصطناعي الذي يكتب الموقع. العنوان والمشروع مكتوبان فيه.",
  },
  snippetWords: {
    name: "الاسم",
    email: "البريد الإلكتروني",
    message: "الرسالة",
    send: "إرسال",
    thanks: "شكرًا لك",
  },
  conflict: "تغيّرت الإعدادات في نافذة أخرى. لم تُحفظ إعداداتك؛ هذه هي الحالية.",
  deleteAction: "حذف المشروع",
  deleteTitle: (name: string) => `حذف ${name}؟`,
  deleteLead:
    "تُحذف معه رسائله وعناصره وملفاته وحساباته نهائيًا، ولن يتلقى موقعك أي رد.",
  deleteType: (name: string) => `اكتب ${name} للمتابعة`,
  deleteMismatch: "هذا ليس اسم المشروع.",
  deletedDone: (name: string) => `حُذف ${name}`,
  noBackendTitle: "لم يتم تشغيل الخدمة بعد",
  noBackendLead:
    "شغّلها ليتمكن الموقع من إرسال النماذج وقراءة المحتوى وحفظ الملفات وتسجيل المستخدمين.",
  enable: "تشغيل الخدمة",
};
