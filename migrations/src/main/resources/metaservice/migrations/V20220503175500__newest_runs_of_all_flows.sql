-- Why: the list of the newest runs of all flows is read from this index as it stands.
-- Locks: SHARE UPDATE EXCLUSIVE on the table of each index, as long as it takes to read the table twice. Writers go on, so
--   the waits of these statements (for transactions that are older than they) are not cut.
-- Every statement can be run again on its own result.
-- lowest service: 1.0.1

SET lock_timeout = 0;
CREATE INDEX CONCURRENTLY IF NOT EXISTS runs_v3_idx_epoch_ts_desc
    ON runs_v3 (ts_epoch DESC);
