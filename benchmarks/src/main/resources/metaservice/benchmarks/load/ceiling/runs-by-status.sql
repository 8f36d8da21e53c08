SELECT r.flow_id, coalesce(r.run_id, r.run_number::text), r.user_name, r.ts_epoch, r.tags, r.system_tags,
    r.last_heartbeat_ts, CASE WHEN r.system_tags ? (:user_prefix || r.user_name) THEN r.user_name END, derived.status
  FROM runs_v3 r
  LEFT JOIN LATERAL (SELECT e.value, e.ts_epoch FROM (SELECT m.value, m.ts_epoch, m.id FROM metadata_v3 m
    WHERE m.flow_id = r.flow_id AND m.run_number = r.run_number AND m.step_name = 'end' AND m.field_name = 'attempt_ok'
    ORDER BY m.task_id OFFSET 0) e ORDER BY e.ts_epoch DESC, e.id DESC LIMIT 1) result ON true
  LEFT JOIN LATERAL (SELECT e.value, e.ts_epoch FROM (SELECT m.value, m.ts_epoch, m.id FROM metadata_v3 m
    WHERE m.flow_id = r.flow_id AND m.run_number = r.run_number AND m.step_name = 'end' AND m.field_name = 'attempt'
    ORDER BY m.task_id OFFSET 0) e ORDER BY e.ts_epoch DESC, e.id DESC LIMIT 1) attempt ON true
  CROSS JOIN LATERAL (SELECT CASE
    WHEN attempt.ts_epoch > result.ts_epoch THEN 'running'
    WHEN result.value IS NOT NULL THEN CASE WHEN lower(result.value) IN ('true', 't', 'yes', 'y', 'on', '1')
      THEN 'completed' ELSE 'failed' END
    WHEN r.last_heartbeat_ts > :seconds - 360 THEN 'running'
    ELSE 'failed'
  END AS status) derived
  WHERE r.flow_id = :status AND CASE WHEN (derived.status = 'completed') THEN true ELSE false END
  ORDER BY r.ts_epoch DESC, r.run_number DESC LIMIT 51;
