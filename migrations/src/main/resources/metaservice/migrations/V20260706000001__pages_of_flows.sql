-- Why: pages of flows.
-- Locks: SHARE UPDATE EXCLUSIVE on the table of each index, as long as it takes to read the table twice. Writers go on, so
--   the waits of these statements (for transactions that are older than they) are not cut.
-- Every statement can be run again on its own result.
-- lowest service: 1.0.1

SET lock_timeout = 0;
CREATE INDEX CONCURRENTLY IF NOT EXISTS flows_v3_idx_ts_flow_desc
    ON flows_v3 (ts_epoch DESC, flow_id DESC);
