\set i :i + 1
\set n :first_n + :i * :clients + :client_id
\set position (:i * :clients + :client_id) % :task_count
\set run :first_run + :position / :tasks_per_run
WITH r AS (SELECT r.* FROM runs_v3 r WHERE r.flow_id = :flow AND r.run_number = :run),
  t AS (INSERT INTO tasks_v3 (flow_id, run_number, run_id, step_name, task_name, user_name, tags, system_tags, ts_epoch,
      last_heartbeat_ts)
    SELECT r.flow_id, r.run_number, r.run_id, :step, NULL, :user, :tags::jsonb, :system_tags::jsonb,
      :millis::bigint, :seconds::bigint FROM r RETURNING *)
  SELECT t.flow_id, coalesce(t.run_id, t.run_number::text), t.step_name, coalesce(t.task_name, t.task_id::text) AS task,
    t.user_name, t.ts_epoch, r.tags, r.system_tags, t.last_heartbeat_ts FROM t, r \gset
WITH owner AS (SELECT flow_id, run_number, run_id, step_name, task_id, task_name FROM tasks_v3 t
    WHERE t.flow_id = :flow AND t.run_number = :run AND t.step_name = :step AND t.task_id = :task),
  numbered AS (SELECT batch.*, nextval((SELECT coalesce(pg_get_serial_sequence('metadata_v3', 'id')::regclass, (
      SELECT d.refobjid::regclass FROM pg_attrdef def
      JOIN pg_attribute a ON a.attrelid = def.adrelid AND a.attnum = def.adnum
      JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = def.oid
      JOIN pg_class s ON s.oid = d.refobjid AND s.relkind = 'S'
      WHERE d.refclassid = 'pg_class'::regclass AND def.adrelid = 'metadata_v3'::regclass AND a.attname = 'id')))) AS id
    FROM unnest(:metadata_names::text[], :metadata_values::text[], :metadata_types::text[], :metadata_users::text[],
      :metadata_tags::text[], :metadata_system_tags::text[], :metadata_good::boolean[])
    WITH ORDINALITY AS batch(field_name, value, type, user_name, tags, system_tags, good, n) ORDER BY n),
  added AS (INSERT INTO metadata_v3 (id, flow_id, run_number, run_id, step_name, task_id, task_name, ts_epoch, field_name,
      value, type, user_name, tags, system_tags)
    SELECT id, owner.flow_id, owner.run_number, owner.run_id, owner.step_name, owner.task_id, owner.task_name,
      :millis::bigint, numbered.field_name, numbered.value, numbered.type, numbered.user_name, numbered.tags::jsonb,
      numbered.system_tags::jsonb
    FROM owner, numbered WHERE good ORDER BY numbered.field_name, n
    ON CONFLICT DO NOTHING RETURNING ARRAY[]::text[] AS stored)
  SELECT (SELECT jsonb_agg(stored) FROM added) FROM owner;
WITH run AS (UPDATE runs_v3 run SET last_heartbeat_ts = :seconds WHERE run.flow_id = :flow AND run.run_number = :run
      AND (run.last_heartbeat_ts IS NULL OR run.last_heartbeat_ts <= :seconds - 10) RETURNING 1),
  beat AS (UPDATE tasks_v3 t SET last_heartbeat_ts = :seconds
    WHERE t.flow_id = :flow AND t.run_number = :run AND t.step_name = :step AND t.task_id = :task
      AND (t.last_heartbeat_ts IS NULL OR t.last_heartbeat_ts <= :seconds - 10)
      AND (SELECT count(*) FROM run) >= 0 RETURNING 1)
  SELECT 1 FROM beat
  UNION ALL (SELECT 1 FROM tasks_v3 t
    WHERE t.flow_id = :flow AND t.run_number = :run AND t.step_name = :step AND t.task_id = :task) LIMIT 1;
WITH owner AS (SELECT flow_id, run_number, run_id, step_name, task_id, task_name FROM tasks_v3 t
    WHERE t.flow_id = :flow AND t.run_number = :run AND t.step_name = :step AND t.task_id = :task),
  numbered AS (SELECT batch.*
    FROM unnest(string_to_array(replace(:artifact_names, '#', :n), ','), :artifact_locations::text[],
      :artifact_stores::text[], :artifact_shas::text[], :artifact_types::text[], :artifact_content_types::text[],
      :artifact_users::text[], :artifact_attempts::text[], :artifact_tags::text[], :artifact_system_tags::text[],
      :artifact_good::boolean[])
    WITH ORDINALITY AS batch(name, location, ds_type, sha, type, content_type, user_name, attempt_id, tags, system_tags,
      good, n) ORDER BY n),
  added AS (INSERT INTO artifact_v3 (flow_id, run_number, run_id, step_name, task_id, task_name, ts_epoch, name, location,
      ds_type, sha, type, content_type, user_name, attempt_id, tags, system_tags)
    SELECT owner.flow_id, owner.run_number, owner.run_id, owner.step_name, owner.task_id, owner.task_name, :millis::bigint,
      numbered.name, numbered.location, numbered.ds_type, numbered.sha, numbered.type, numbered.content_type,
      numbered.user_name, numbered.attempt_id::smallint, numbered.tags::jsonb, numbered.system_tags::jsonb
    FROM owner, numbered WHERE good ORDER BY numbered.name, numbered.attempt_id, n
    ON CONFLICT DO NOTHING RETURNING ARRAY[name::text, attempt_id::text]::text[] AS stored)
  SELECT (SELECT jsonb_agg(stored) FROM added) FROM owner;
WITH run AS (UPDATE runs_v3 run SET last_heartbeat_ts = :seconds WHERE run.flow_id = :flow AND run.run_number = :run
      AND (run.last_heartbeat_ts IS NULL OR run.last_heartbeat_ts <= :seconds - 10) RETURNING 1),
  beat AS (UPDATE tasks_v3 t SET last_heartbeat_ts = :seconds
    WHERE t.flow_id = :flow AND t.run_number = :run AND t.step_name = :step AND t.task_id = :task
      AND (t.last_heartbeat_ts IS NULL OR t.last_heartbeat_ts <= :seconds - 10)
      AND (SELECT count(*) FROM run) >= 0 RETURNING 1)
  SELECT 1 FROM beat
  UNION ALL (SELECT 1 FROM tasks_v3 t
    WHERE t.flow_id = :flow AND t.run_number = :run AND t.step_name = :step AND t.task_id = :task) LIMIT 1;
SELECT t.flow_id, coalesce(t.run_id, t.run_number::text), t.step_name, coalesce(t.task_name, t.task_id::text), t.user_name,
    t.ts_epoch, r.tags, r.system_tags, t.last_heartbeat_ts
  FROM tasks_v3 t LEFT JOIN runs_v3 r ON r.flow_id = t.flow_id AND r.run_number = t.run_number
  WHERE t.flow_id = :flow AND t.run_number = :run AND t.step_name = :step AND t.task_id = :task;
