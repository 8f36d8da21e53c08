-- Why: a location of more than 255 characters was refused, and the artifact was lost. Now it may be as long as it has to
--   be, and so may what else only describes an artifact or a metadata entry. What stands in a key or an index keeps its
--   limit, because an index entry has one, too (about 2700 bytes); user_name keeps its limit everywhere, because the one
--   of runs is in an index, and a user has one name.
-- Locks: ACCESS EXCLUSIVE on one table at a time for milliseconds: the type changes in the catalog only, no row and no
--   index is written anew; waits as long as need be for SHARE UPDATE EXCLUSIVE, which keeps no client waiting and which an
--   autovacuum gives way to; then at most 200 ms, gives up and is tried again.
-- Every statement can be run again on its own result.
-- Services: 1.x and 2.x go on refusing what is longer than 255 characters, as ever. 3.x does not need this migration: it
--   tries to store what is longer, and on an older schema tells the client which rows it left out.
-- ledger: only ours
-- lowest service: 1.0.1

DO $$
BEGIN
    SET LOCAL lock_timeout = 0;
    LOCK TABLE artifact_v3 IN SHARE UPDATE EXCLUSIVE MODE;
    SET LOCAL lock_timeout = '200ms';
    ALTER TABLE artifact_v3
        ALTER COLUMN location TYPE text,
        ALTER COLUMN ds_type TYPE text,
        ALTER COLUMN sha TYPE text,
        ALTER COLUMN type TYPE text,
        ALTER COLUMN content_type TYPE text;
END
$$;
DO $$
BEGIN
    SET LOCAL lock_timeout = 0;
    LOCK TABLE metadata_v3 IN SHARE UPDATE EXCLUSIVE MODE;
    SET LOCAL lock_timeout = '200ms';
    ALTER TABLE metadata_v3
        ALTER COLUMN type TYPE text;
END
$$;
