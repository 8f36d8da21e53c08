SELECT m.id, m.flow_id, coalesce(m.run_id, m.run_number::text), m.step_name, coalesce(m.task_name, m.task_id::text),
    m.field_name, m.value, m.type, m.user_name, m.ts_epoch, m.tags, m.system_tags
  FROM (SELECT t.* FROM metadata_v3 t
    WHERE t.flow_id = :read AND t.run_number = :readrun AND t.step_name = :step AND t.task_id = :readtask
    ORDER BY t.field_name OFFSET 0) m
  ORDER BY m.id DESC;
