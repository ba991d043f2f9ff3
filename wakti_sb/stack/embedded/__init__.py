"""PostgreSQL and our services in Deno as one local stack, without Docker."""
