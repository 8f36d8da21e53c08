\set i :i + 1
\set beat :first_beat + (:i * :clients + :client_id) % :beat_count
WITH beat AS (UPDATE runs_v3 r SET last_heartbeat_ts = :seconds
    WHERE r.flow_id = :beats AND r.run_number = :beat
      AND (r.last_heartbeat_ts IS NULL OR r.last_heartbeat_ts <= :seconds - 10) RETURNING 1)
  SELECT 1 FROM beat
  UNION ALL (SELECT 1 FROM runs_v3 r WHERE r.flow_id = :beats AND r.run_number = :beat) LIMIT 1;
