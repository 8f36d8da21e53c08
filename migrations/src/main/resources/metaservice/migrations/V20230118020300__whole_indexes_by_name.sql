-- Why: the partial indexes by name were not used when a query did not repeat their conditions: whole ones take their
--   place, with the number of the task for the common mix of a run's name and a task's number. The old ones go last.
-- Locks: SHARE UPDATE EXCLUSIVE on the table of each index, as long as it takes to read the table twice. Writers go on, so
--   the waits of these statements (for transactions that are older than they) are not cut.
-- Every statement can be run again on its own result.
-- lowest service: 1.0.1

SET lock_timeout = 0;
CREATE INDEX CONCURRENTLY IF NOT EXISTS runs_v3_idx_str_ids_primary_key_v2
    ON runs_v3 (flow_id, run_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS steps_v3_idx_str_ids_primary_key_v2
    ON steps_v3 (flow_id, run_id, step_name);
CREATE INDEX CONCURRENTLY IF NOT EXISTS tasks_v3_idx_flow_id_run_id_step_name_task_name_v2
    ON tasks_v3 (flow_id, run_id, step_name, task_name);
CREATE INDEX CONCURRENTLY IF NOT EXISTS metadata_v3_idx_str_ids_a_key
    ON metadata_v3 (flow_id, run_id, step_name, task_name, field_name);
CREATE INDEX CONCURRENTLY IF NOT EXISTS metadata_v3_idx_str_ids_a_key_with_task_id
    ON metadata_v3 (flow_id, run_id, step_name, task_id, field_name);
CREATE INDEX CONCURRENTLY IF NOT EXISTS artifact_v3_idx_str_ids_primary_key_v2
    ON artifact_v3 (flow_id, run_id, step_name, task_name, attempt_id, name);
CREATE INDEX CONCURRENTLY IF NOT EXISTS artifact_v3_idx_str_ids_primary_key_with_task_id
    ON artifact_v3 (flow_id, run_id, step_name, task_id, attempt_id, name);

DROP INDEX CONCURRENTLY IF EXISTS runs_v3_idx_str_ids_primary_key;
DROP INDEX CONCURRENTLY IF EXISTS steps_v3_idx_str_ids_primary_key;
DROP INDEX CONCURRENTLY IF EXISTS tasks_v3_idx_flow_id_run_id_step_name_task_name;
DROP INDEX CONCURRENTLY IF EXISTS metadata_v3_idx_str_ids_primary_key;
DROP INDEX CONCURRENTLY IF EXISTS artifact_v3_idx_str_ids_primary_key;
