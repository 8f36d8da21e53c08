INSERT INTO runs_v3 AS r (flow_id, run_id, user_name, tags, system_tags, ts_epoch, last_heartbeat_ts)
  VALUES (:flow, NULL, :user, :tags::jsonb, :system_tags::jsonb, :millis, :seconds::bigint)
  RETURNING r.flow_id, coalesce(r.run_id, r.run_number::text), r.user_name, r.ts_epoch, r.tags, r.system_tags,
    r.last_heartbeat_ts;
