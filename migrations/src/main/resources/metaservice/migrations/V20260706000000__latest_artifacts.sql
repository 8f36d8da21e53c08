-- Why: the newest artifact of each task and name.
-- Locks: SHARE UPDATE EXCLUSIVE on the table of each index, as long as it takes to read the table twice. Writers go on, so
--   the waits of these statements (for transactions that are older than they) are not cut.
-- Every statement can be run again on its own result.
-- lowest service: 1.0.1

SET lock_timeout = 0;
CREATE INDEX CONCURRENTLY IF NOT EXISTS artifact_v3_idx_latest_attempt
    ON artifact_v3 (flow_id, run_number, task_id, name, ts_epoch DESC);
