-- Why: a task is found by the names of its run and itself.
-- Locks: SHARE UPDATE EXCLUSIVE on the table of each index, as long as it takes to read the table twice. Writers go on, so
--   the waits of these statements (for transactions that are older than they) are not cut.
-- Every statement can be run again on its own result.
-- lowest service: 1.0.1

SET lock_timeout = 0;
CREATE INDEX CONCURRENTLY IF NOT EXISTS tasks_v3_idx_flow_id_run_id_step_name_task_name
    ON tasks_v3 (flow_id, run_id, step_name, task_name)
    WHERE run_id IS NOT NULL AND task_name IS NOT NULL;
