-- Why: a task may record the same metadata field again (one row per attempt); so the primary key of metadata begins with
--   id, and what used to be the key stays as a plain index for look-ups.
-- Locks:
--   CREATE and DROP INDEX CONCURRENTLY: SHARE UPDATE EXCLUSIVE; writers go on, so their waits are not cut
--   the change of the key: ACCESS EXCLUSIVE on metadata_v3 for milliseconds, one transaction, the new index being there
--     and its columns being NOT NULL; waits as long as need be for SHARE UPDATE EXCLUSIVE, which
--     keeps no client waiting and which an autovacuum gives way to; then at most 200 ms, gives up and is tried again
-- Every statement can be run again on its own result; when the key is already the new one, its index is built once more
-- and dropped at the end.
-- lowest service: 1.0.1

SET lock_timeout = 0;
CREATE INDEX CONCURRENTLY IF NOT EXISTS metadata_v3_akey
    ON metadata_v3 (flow_id, run_number, step_name, task_id, field_name);
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS metadata_v3_pkey_with_id
    ON metadata_v3 (id, flow_id, run_number, step_name, task_id, field_name);

DO $$
BEGIN
    SET LOCAL lock_timeout = 0;
    LOCK TABLE metadata_v3 IN SHARE UPDATE EXCLUSIVE MODE;
    SET LOCAL lock_timeout = '200ms';
    IF NOT EXISTS (SELECT FROM pg_constraint
                   WHERE conrelid = 'metadata_v3'::regclass
                     AND contype = 'p'
                     AND pg_get_constraintdef(oid)
                         = 'PRIMARY KEY (id, flow_id, run_number, step_name, task_id, field_name)') THEN
        ALTER TABLE metadata_v3
            DROP CONSTRAINT IF EXISTS metadata_v3_pkey,
            ADD CONSTRAINT metadata_v3_pkey PRIMARY KEY USING INDEX metadata_v3_pkey_with_id;
    END IF;
END
$$;

DROP INDEX CONCURRENTLY IF EXISTS metadata_v3_pkey_with_id;
