-- Why: pages of the tasks of one step.
-- Locks: SHARE UPDATE EXCLUSIVE on the table of each index, as long as it takes to read the table twice. Writers go on, so
--   the waits of these statements (for transactions that are older than they) are not cut.
-- Every statement can be run again on its own result.
-- lowest service: 1.0.1

SET lock_timeout = 0;
CREATE INDEX CONCURRENTLY IF NOT EXISTS tasks_v3_idx_flow_run_step_ts_task_desc
    ON tasks_v3 (flow_id, run_number, step_name, ts_epoch DESC, task_id DESC);
