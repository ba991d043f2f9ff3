// Never run: what it imports is fetched into the cache, and pgTAP's SQL is taken from there.
import "@electric-sql/pglite-pgtap";
