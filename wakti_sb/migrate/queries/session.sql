-- A file must not see what the file before it has set. A migration may take as long as it takes:
-- what harms others is waiting for a lock with everybody queueing behind, and lock_timeout is for
-- that.
reset session authorization;
reset all;
set statement_timeout = 0;
