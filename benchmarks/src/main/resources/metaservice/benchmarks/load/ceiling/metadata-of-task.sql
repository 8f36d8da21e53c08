SELECT m.id, m.flow_id, coalesce(m.run_id, m.run_number::text), m.step_name, coalesce(m.task_name, m.task_id::text),
    m.field_name, m.value, m.type, m.user_name, m.ts_epoch, m.tags, m.system_tags
  FROM metadata_v3 m
  WHERE m.flow_id = :read AND m.run_number = :readrun AND m.step_name = :step AND m.task_id = :readtask ORDER BY m.id DESC;
