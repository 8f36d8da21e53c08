\set i :i + 1
\set position (:i * :clients + :client_id) % :task_count
\set run :first_run + :position / :tasks_per_run
WITH r AS (SELECT r.* FROM runs_v3 r WHERE r.flow_id = :flow AND r.run_number = :run),
  t AS (INSERT INTO tasks_v3 (flow_id, run_number, run_id, step_name, task_name, user_name, tags, system_tags, ts_epoch,
      last_heartbeat_ts)
    SELECT r.flow_id, r.run_number, r.run_id, :step, NULL, :user, :tags::jsonb, :system_tags::jsonb,
      :millis::bigint, :seconds::bigint FROM r RETURNING *)
  SELECT t.flow_id, coalesce(t.run_id, t.run_number::text), t.step_name, coalesce(t.task_name, t.task_id::text) AS task,
    t.user_name, t.ts_epoch, r.tags, r.system_tags, t.last_heartbeat_ts FROM t, r;
