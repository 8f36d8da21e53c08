-- Why: from 2.x on, clients may name runs and tasks themselves (run_id, task_name), and runs and tasks send heartbeats.
-- Locks:
--   the check of the columns: none
--   ADD COLUMN: ACCESS EXCLUSIVE on one table at a time for milliseconds, because the columns are nullable and have no
--     default; waits as long as need be for SHARE UPDATE EXCLUSIVE, which
--     keeps no client waiting and which an autovacuum gives way to; then at most 200 ms, gives up and is tried again
--   CREATE UNIQUE INDEX CONCURRENTLY: SHARE UPDATE EXCLUSIVE, as long as it takes to read the table twice; writers go
--     on, so its waits are not cut
--   ADD CONSTRAINT ... USING INDEX: ACCESS EXCLUSIVE for milliseconds, the index being there; waits likewise
-- Every statement can be run again on its own result.
-- lowest service: 1.0.1

-- ADD COLUMN IF NOT EXISTS would take a column of another type for ours; so look first, while nothing is changed yet.
DO $$
DECLARE
    strange text;
BEGIN
    SELECT string_agg(format('%s.%s is %s, expected %s', want.tab, want.col, format_type(a.atttypid, a.atttypmod), want.typ),
                      '; ' ORDER BY want.tab, want.col)
    INTO strange
    FROM (VALUES
        ('runs_v3', 'run_id', 'character varying(255)'),
        ('runs_v3', 'last_heartbeat_ts', 'bigint'),
        ('steps_v3', 'run_id', 'character varying(255)'),
        ('tasks_v3', 'run_id', 'character varying(255)'),
        ('tasks_v3', 'task_name', 'character varying(255)'),
        ('tasks_v3', 'last_heartbeat_ts', 'bigint'),
        ('metadata_v3', 'run_id', 'character varying(255)'),
        ('metadata_v3', 'task_name', 'character varying(255)'),
        ('artifact_v3', 'run_id', 'character varying(255)'),
        ('artifact_v3', 'task_name', 'character varying(255)')
    ) AS want (tab, col, typ)
    JOIN pg_attribute a
      ON a.attrelid = to_regclass(want.tab) AND a.attname = want.col AND a.attnum > 0 AND NOT a.attisdropped
    WHERE format_type(a.atttypid, a.atttypmod) <> want.typ;
    IF strange IS NOT NULL THEN
        RAISE EXCEPTION 'columns of these names exist already, but differ: %', strange USING ERRCODE = 'duplicate_column';
    END IF;
END
$$;

DO $$
BEGIN
    SET LOCAL lock_timeout = 0;
    LOCK TABLE runs_v3 IN SHARE UPDATE EXCLUSIVE MODE;
    SET LOCAL lock_timeout = '200ms';
    ALTER TABLE runs_v3
        ADD COLUMN IF NOT EXISTS run_id varchar(255),
        ADD COLUMN IF NOT EXISTS last_heartbeat_ts bigint;
END
$$;
DO $$
BEGIN
    SET LOCAL lock_timeout = 0;
    LOCK TABLE steps_v3 IN SHARE UPDATE EXCLUSIVE MODE;
    SET LOCAL lock_timeout = '200ms';
    ALTER TABLE steps_v3
        ADD COLUMN IF NOT EXISTS run_id varchar(255);
END
$$;
DO $$
BEGIN
    SET LOCAL lock_timeout = 0;
    LOCK TABLE tasks_v3 IN SHARE UPDATE EXCLUSIVE MODE;
    SET LOCAL lock_timeout = '200ms';
    ALTER TABLE tasks_v3
        ADD COLUMN IF NOT EXISTS run_id varchar(255),
        ADD COLUMN IF NOT EXISTS task_name varchar(255),
        ADD COLUMN IF NOT EXISTS last_heartbeat_ts bigint;
END
$$;
DO $$
BEGIN
    SET LOCAL lock_timeout = 0;
    LOCK TABLE metadata_v3 IN SHARE UPDATE EXCLUSIVE MODE;
    SET LOCAL lock_timeout = '200ms';
    ALTER TABLE metadata_v3
        ADD COLUMN IF NOT EXISTS run_id varchar(255),
        ADD COLUMN IF NOT EXISTS task_name varchar(255);
END
$$;
DO $$
BEGIN
    SET LOCAL lock_timeout = 0;
    LOCK TABLE artifact_v3 IN SHARE UPDATE EXCLUSIVE MODE;
    SET LOCAL lock_timeout = '200ms';
    ALTER TABLE artifact_v3
        ADD COLUMN IF NOT EXISTS run_id varchar(255),
        ADD COLUMN IF NOT EXISTS task_name varchar(255);
END
$$;

SET lock_timeout = 0;
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS runs_v3_flow_id_run_id_key
    ON runs_v3 (flow_id, run_id);
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS steps_v3_flow_id_run_id_step_name_key
    ON steps_v3 (flow_id, run_id, step_name);
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS tasks_v3_flow_id_run_number_step_name_task_name_key
    ON tasks_v3 (flow_id, run_number, step_name, task_name);

DO $$
BEGIN
    SET LOCAL lock_timeout = 0;
    LOCK TABLE runs_v3 IN SHARE UPDATE EXCLUSIVE MODE;
    SET LOCAL lock_timeout = '200ms';
    IF NOT EXISTS (SELECT FROM pg_constraint
                   WHERE conrelid = 'runs_v3'::regclass AND conname = 'runs_v3_flow_id_run_id_key') THEN
        ALTER TABLE runs_v3
            ADD CONSTRAINT runs_v3_flow_id_run_id_key
            UNIQUE USING INDEX runs_v3_flow_id_run_id_key;
    END IF;
END
$$;
DO $$
BEGIN
    SET LOCAL lock_timeout = 0;
    LOCK TABLE steps_v3 IN SHARE UPDATE EXCLUSIVE MODE;
    SET LOCAL lock_timeout = '200ms';
    IF NOT EXISTS (SELECT FROM pg_constraint
                   WHERE conrelid = 'steps_v3'::regclass AND conname = 'steps_v3_flow_id_run_id_step_name_key') THEN
        ALTER TABLE steps_v3
            ADD CONSTRAINT steps_v3_flow_id_run_id_step_name_key
            UNIQUE USING INDEX steps_v3_flow_id_run_id_step_name_key;
    END IF;
END
$$;
DO $$
BEGIN
    SET LOCAL lock_timeout = 0;
    LOCK TABLE tasks_v3 IN SHARE UPDATE EXCLUSIVE MODE;
    SET LOCAL lock_timeout = '200ms';
    IF NOT EXISTS (SELECT FROM pg_constraint
                   WHERE conrelid = 'tasks_v3'::regclass
                     AND conname = 'tasks_v3_flow_id_run_number_step_name_task_name_key') THEN
        ALTER TABLE tasks_v3
            ADD CONSTRAINT tasks_v3_flow_id_run_number_step_name_task_name_key
            UNIQUE USING INDEX tasks_v3_flow_id_run_number_step_name_task_name_key;
    END IF;
END
$$;
