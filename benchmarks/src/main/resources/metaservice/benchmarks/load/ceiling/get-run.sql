\set i :i + 1
\set beat :first_beat + (:i * :clients + :client_id) % :beat_count
SELECT r.flow_id, coalesce(r.run_id, r.run_number::text), r.user_name, r.ts_epoch, r.tags, r.system_tags,
    r.last_heartbeat_ts, CASE WHEN r.system_tags ? (:user_prefix || r.user_name) THEN r.user_name END
    FROM runs_v3 r WHERE r.flow_id = :beats AND r.run_number = :beat;
