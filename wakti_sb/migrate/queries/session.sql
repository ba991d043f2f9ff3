-- A file must not see what the file before it has set or made for its session. (`discard all` would
-- do the same, and give up the lock against a second runner.) A migration may take as long as it takes:
-- what harms others is waiting for a lock with everybody queueing behind, and lock_timeout is for
-- that.
reset session authorization;
reset all;
close all;
deallocate all;
unlisten *;
discard temp;
discard sequences;
set statement_timeout = 0;
