\set i :i + 1
\set position (:i * :clients + :client_id) % :task_count
\set run :first_run + :position / :tasks_per_run
\set filled :first_task + :position
WITH owner AS (SELECT flow_id, run_number, run_id, step_name, task_id, task_name FROM tasks_v3 t
    WHERE t.flow_id = :flow AND t.run_number = :run AND t.step_name = :step AND t.task_id = :filled),
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
