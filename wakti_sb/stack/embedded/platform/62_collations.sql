-- The names of ICU's collations, where the server was built without ICU: they compare code points.
-- `migrate` says so where one is used. Run as supabase_admin in each new database.
do $$
declare
  locale text;
  provider text := 'libc';
begin
  if exists (select from pg_collation where collname = 'und-x-icu') then
    return;
  end if;
  if current_setting('server_version_num')::integer >= 170000 then
    provider := 'builtin';
  end if;
  set local allow_system_table_mods = on;
  foreach locale in array array[
    'und', 'af', 'ar', 'az', 'be', 'bg', 'bn', 'bs', 'ca', 'cs', 'cy', 'da', 'de', 'de-AT', 'de-CH',
    'de-DE', 'el', 'en', 'en-AU', 'en-CA', 'en-GB', 'en-IE', 'en-IN', 'en-NZ', 'en-US', 'en-ZA', 'es',
    'es-AR', 'es-ES', 'es-MX', 'et', 'eu', 'fa', 'fi', 'fil', 'fr', 'fr-BE', 'fr-CA', 'fr-CH', 'fr-FR',
    'ga', 'gl', 'gu', 'he', 'hi', 'hr', 'hu', 'hy', 'id', 'is', 'it', 'it-IT', 'ja', 'ja-JP', 'ka',
    'kk', 'km', 'ko', 'ko-KR', 'lt', 'lv', 'mk', 'ml', 'mn', 'mr', 'ms', 'my', 'nb', 'nb-NO', 'ne',
    'nl', 'nl-BE', 'nl-NL', 'nn', 'pa', 'pl', 'pl-PL', 'pt', 'pt-BR', 'pt-PT', 'ro', 'ru', 'ru-RU',
    'sk', 'sl', 'sq', 'sr', 'sv', 'sv-SE', 'sw', 'ta', 'te', 'th', 'tr', 'tr-TR', 'uk', 'ur', 'uz',
    'vi', 'vi-VN', 'zh', 'zh-Hans', 'zh-Hant', 'zu'
  ] loop
    execute format(
      'create collation pg_catalog.%I (provider = %s, locale = %L)',
      locale || '-x-icu', provider, 'C.UTF-8'
    );
  end loop;
end
$$;
