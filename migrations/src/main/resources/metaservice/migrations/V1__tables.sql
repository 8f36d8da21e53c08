-- Why: the six tables of metadata service 1.x. Flows hold runs, runs hold steps, steps hold tasks; metadata and
--   artifacts name their task without a foreign key.
-- Locks: none that anybody could wait for; the tables are new. One transaction: all six or none.
-- lowest service: 1.0.1

CREATE TABLE IF NOT EXISTS flows_v3 (
    flow_id varchar(255) NOT NULL,
    user_name varchar(255),
    ts_epoch bigint NOT NULL,
    tags jsonb,
    system_tags jsonb,
    CONSTRAINT flows_v3_pkey PRIMARY KEY (flow_id)
);

CREATE TABLE IF NOT EXISTS runs_v3 (
    flow_id varchar(255) NOT NULL,
    run_number serial NOT NULL,
    user_name varchar(255),
    ts_epoch bigint NOT NULL,
    tags jsonb,
    system_tags jsonb,
    CONSTRAINT runs_v3_pkey PRIMARY KEY (flow_id, run_number),
    CONSTRAINT runs_v3_flow_id_fkey FOREIGN KEY (flow_id) REFERENCES flows_v3 (flow_id)
);

CREATE TABLE IF NOT EXISTS steps_v3 (
    flow_id varchar(255) NOT NULL,
    run_number bigint NOT NULL,
    step_name varchar(255) NOT NULL,
    user_name varchar(255),
    ts_epoch bigint NOT NULL,
    tags jsonb,
    system_tags jsonb,
    CONSTRAINT steps_v3_pkey PRIMARY KEY (flow_id, run_number, step_name),
    CONSTRAINT steps_v3_flow_id_run_number_fkey FOREIGN KEY (flow_id, run_number)
        REFERENCES runs_v3 (flow_id, run_number)
);

CREATE TABLE IF NOT EXISTS tasks_v3 (
    flow_id varchar(255) NOT NULL,
    run_number bigint NOT NULL,
    step_name varchar(255) NOT NULL,
    task_id bigserial NOT NULL,
    user_name varchar(255),
    ts_epoch bigint NOT NULL,
    tags jsonb,
    system_tags jsonb,
    CONSTRAINT tasks_v3_pkey PRIMARY KEY (task_id),
    CONSTRAINT tasks_v3_flow_id_run_number_step_name_fkey FOREIGN KEY (flow_id, run_number, step_name)
        REFERENCES steps_v3 (flow_id, run_number, step_name)
);

CREATE TABLE IF NOT EXISTS metadata_v3 (
    flow_id varchar(255) NOT NULL,
    run_number bigint NOT NULL,
    step_name varchar(255) NOT NULL,
    task_id bigint NOT NULL,
    id bigserial NOT NULL,
    field_name varchar(255) NOT NULL,
    value text NOT NULL,
    type varchar(255) NOT NULL,
    user_name varchar(255),
    ts_epoch bigint NOT NULL,
    tags jsonb,
    system_tags jsonb,
    CONSTRAINT metadata_v3_pkey PRIMARY KEY (flow_id, run_number, step_name, task_id, field_name)
);

CREATE TABLE IF NOT EXISTS artifact_v3 (
    flow_id varchar(255) NOT NULL,
    run_number bigint NOT NULL,
    step_name varchar(255) NOT NULL,
    task_id bigint NOT NULL,
    name varchar(255) NOT NULL,
    location varchar(255) NOT NULL,
    ds_type varchar(255) NOT NULL,
    sha varchar(255),
    type varchar(255),
    content_type varchar(255),
    user_name varchar(255),
    attempt_id smallint NOT NULL,
    ts_epoch bigint NOT NULL,
    tags jsonb,
    system_tags jsonb,
    CONSTRAINT artifact_v3_pkey PRIMARY KEY (flow_id, run_number, step_name, task_id, attempt_id, name)
);
