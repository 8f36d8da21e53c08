-- Why: lists of runs: newest first, of one flow, of one user, and by tag.
-- Locks: SHARE UPDATE EXCLUSIVE on the table of each index, as long as it takes to read the table twice. Writers go on, so
--   the waits of these statements (for transactions that are older than they) are not cut.
-- Every statement can be run again on its own result.
-- lowest service: 1.0.1

SET lock_timeout = 0;
CREATE INDEX CONCURRENTLY IF NOT EXISTS runs_v3_idx_ts_epoch
    ON runs_v3 (ts_epoch);
CREATE INDEX CONCURRENTLY IF NOT EXISTS runs_v3_idx_gin_tags_combined
    ON runs_v3 USING gin ((tags || system_tags));
CREATE INDEX CONCURRENTLY IF NOT EXISTS runs_v3_idx_flow_id_asc_ts_epoch_desc
    ON runs_v3 (flow_id, ts_epoch DESC);
CREATE INDEX CONCURRENTLY IF NOT EXISTS runs_v3_idx_user_asc_ts_epoch_desc
    ON runs_v3 (
        (CASE WHEN system_tags ? ('user:'::text || user_name) THEN user_name ELSE NULL::varchar END),
        ts_epoch DESC
    );
