\set i :i + 1
\set n :first_n + :i * :clients + :client_id
\set position (:i * :clients + :client_id) % :task_count
\set run :first_run + :position / :tasks_per_run
\set filled :first_task + :position
WITH owner AS (SELECT flow_id, run_number, run_id, step_name, task_id, task_name FROM tasks_v3 t
    WHERE t.flow_id = :flow AND t.run_number = :run AND t.step_name = :step AND t.task_id = :filled),
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
