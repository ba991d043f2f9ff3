/** What went wrong, in Arabic. */

export const problems = {
  title: "لم ينجح ذلك",
  loadTitle: "تعذّر التحميل",
  offline: "الخادم لا يجيب. تحقق من الاتصال ثم أعد المحاولة.",
  session: "انتهت جلستك. سجّل الدخول مرة أخرى.",
  gone: "لم يعد هذا موجودًا. ربما حذفه شخص آخر.",
  conflict: "حفظ شخص آخر هذا في هذه الأثناء.",
  server: "حدث خطأ في الخادم. أعد المحاولة بعد لحظات.",
  refused: "رفض الخادم هذا الطلب.",
  codes: {
    backend_not_enabled: "لم يتم تشغيل خدمة هذا المشروع.",
    backend_disabled: "خدمة هذا المشروع متوقفة.",
    feature_disabled: "هذه الميزة متوقفة في الإعدادات.",
    origin_not_allowed: "هذا العنوان ليس ضمن العناوين المسموح بها.",
    not_permitted: "لا يُسمح لك بذلك.",
    file_not_found: "لم يعد الملف موجودًا.",
    file_too_large: "الملف كبير جدًا.",
    quota_exceeded: "لا توجد مساحة كافية في المشروع. احذف ملفات لم تعد تحتاجها.",
    file_type_not_allowed:
      "هذا النوع غير مسموح به. المسموح: الصور و PDF والنصوص و CSV و JSON ومستندات المكتب و ZIP.",
    unsupported_media_type: "لا يمكن رفع هذا.",
    rate_limited: "طلبات كثيرة في دقيقة واحدة. انتظر قليلًا.",
    body_too_large: "هذا كثير على طلب واحد.",
    invalid_data: "نوع إحدى القيم يخالف ما تتوقعه المجموعة.",
  },
};
