-- Why: pages of the runs of one flow; the number of the run breaks ties, so that a page begins where the last one ended.
-- Locks: SHARE UPDATE EXCLUSIVE on the table of each index, as long as it takes to read the table twice. Writers go on, so
--   the waits of these statements (for transactions that are older than they) are not cut.
-- Every statement can be run again on its own result.
-- lowest service: 1.0.1

SET lock_timeout = 0;
CREATE INDEX CONCURRENTLY IF NOT EXISTS runs_v3_idx_flow_ts_runnum_desc
    ON runs_v3 (flow_id, ts_epoch DESC, run_number DESC);
