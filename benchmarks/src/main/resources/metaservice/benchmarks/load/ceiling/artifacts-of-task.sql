SELECT a.flow_id, coalesce(a.run_id, a.run_number::text), a.step_name, coalesce(a.task_name, a.task_id::text), a.name,
    a.location, a.ds_type, a.sha, a.type, a.content_type, a.user_name, a.attempt_id, a.ts_epoch, r.tags, r.system_tags
  FROM (SELECT all_attempts.*, max(attempt_id)
      OVER (PARTITION BY flow_id, run_number, step_name, task_id) AS latest_attempt
    FROM artifact_v3 all_attempts WHERE all_attempts.flow_id = :read AND all_attempts.run_number = :readrun
      AND all_attempts.step_name = :step AND all_attempts.task_id = :readtask) a
  LEFT JOIN runs_v3 r ON r.flow_id = a.flow_id AND r.run_number = a.run_number
  WHERE a.attempt_id = a.latest_attempt ORDER BY a.ts_epoch DESC;
