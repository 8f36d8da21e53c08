\set i :i + 1
\set beat :first_beat + (:i * :clients + :client_id) % :beat_count
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT r.tags, r.system_tags FROM runs_v3 r WHERE r.flow_id = :beats AND r.run_number = :beat;
UPDATE runs_v3 r SET tags = :changed_tags::jsonb WHERE r.flow_id = :beats AND r.run_number = :beat;
COMMIT;
