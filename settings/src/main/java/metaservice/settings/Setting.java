package metaservice.settings;

import java.util.List;

/**
 * One environment variable, as {@code --help} tells of it.
 *
 * @param name the variable
 * @param otherwise its default, as an operator would write it; a dash if there is none
 * @param meaning one line
 */
public record Setting(String name, String otherwise, String meaning) {

    public static final Setting HOST = new Setting("MF_METADATA_HOST", "0.0.0.0", "address both listeners bind to");
    public static final Setting METADATA_PORT =
            new Setting("MF_METADATA_PORT", "8080", "port of the metadata service; 0: any free one");
    public static final Setting MIGRATION_PORT =
            new Setting("MF_MIGRATION_PORT", "8082", "port of the migration service; 0: any free one");
    public static final Setting UPGRADE_ENDPOINT = new Setting(
            "MF_MIGRATION_ENDPOINTS_ENABLED", "1", "an integer; 0 takes /upgrade away from the migration service");
    public static final Setting PATH_PREFIX =
            new Setting("PATH_PREFIX", "-", "put before all paths of the metadata service; starts with /");
    public static final Setting MAX_BODY =
            new Setting("MF_METADATA_MAX_BODY_BYTES", "16777216", "longest request body; longer ones are answered 413");
    public static final Setting DRAIN = new Setting(
            "MF_METADATA_DRAIN_SECONDS", "20", "longest wait for requests in flight when stopping or swapping");
    public static final Setting SWAP =
            new Setting("MF_UPGRADE_SWAP", "on", "off: after an upgrade a newer service waits for a restart");
    public static final Setting PAUSES =
            new Setting("MF_UPGRADE_PAUSES", "on", "off: upgrades and swaps do not pause while clients are served");
    public static final Setting POLL =
            new Setting("MF_UPGRADE_POLL_SECONDS", "30", "seconds between two looks at the schema");
    public static final Setting ATTEMPTS =
            new Setting("MF_SERVICE_CONNECTION_RETRIES", "3", "attempts to reach the database at start");
    public static final Setting ATTEMPT_WAIT =
            new Setting("MF_SERVICE_CONNECTION_RETRY_WAITTIME_SECONDS", "1", "seconds between two of these attempts");
    public static final Setting CUTOFF = new Setting(
            "RUN_INACTIVE_CUTOFF_TIME", "360", "seconds after the last heartbeat until an unfinished run has failed");
    public static final Setting FLOWS = new Setting("DB_TABLE_NAME_FLOWS", "flows_v3", "table of flows");
    public static final Setting RUNS = new Setting("DB_TABLE_NAME_RUNS", "runs_v3", "table of runs");
    public static final Setting STEPS = new Setting("DB_TABLE_NAME_STEPS", "steps_v3", "table of steps");
    public static final Setting TASKS = new Setting("DB_TABLE_NAME_TASKS", "tasks_v3", "table of tasks");
    public static final Setting METADATA = new Setting("DB_TABLE_NAME_METADATA", "metadata_v3", "table of metadata");
    public static final Setting ARTIFACT = new Setting("DB_TABLE_NAME_ARTIFACT", "artifact_v3", "table of artifacts");
    public static final Setting TRIGGERS =
            new Setting("DB_TRIGGER_CREATE", "0", "1: create triggers that notify a user interface of changes");
    public static final Setting SCHEMA = new Setting("DB_SCHEMA_NAME", "public", "schema that gets these triggers");
    public static final Setting ORIGINS =
            new Setting("ORIGIN_TO_ALLOW_CORS_FROM", "-", "origins whose pages may use the service: a,b or *");
    public static final Setting ECHO = new Setting("AIOPG_ECHO", "0", "1: log SQL statements, without their values");
    public static final Setting IAM_ROLE =
            new Setting("MF_USER_IAM_ROLE", "-", "ARN of the role whose credentials /auth/token gives");
    public static final Setting STS_REGION = new Setting("MF_REGION", "us-west-2", "AWS region of the token service");
    public static final Setting STS_ENDPOINT =
            new Setting("MF_STS_ENDPOINT", "-", "address of the token service, if not AWS.s");
    public static final Setting LOG_LEVEL = new Setting("LOGLEVEL", "INFO", "DEBUG, INFO, WARNING, ERROR or CRITICAL");

    /** The launcher's own variables, in the order of the help. */
    public static final List<Setting> LAUNCHER = List.of(
            HOST,
            METADATA_PORT,
            MIGRATION_PORT,
            UPGRADE_ENDPOINT,
            PATH_PREFIX,
            MAX_BODY,
            DRAIN,
            SWAP,
            PAUSES,
            POLL,
            ATTEMPTS,
            ATTEMPT_WAIT,
            CUTOFF,
            FLOWS,
            RUNS,
            STEPS,
            TASKS,
            METADATA,
            ARTIFACT,
            TRIGGERS,
            SCHEMA,
            ORIGINS,
            IAM_ROLE,
            STS_REGION,
            STS_ENDPOINT,
            LOG_LEVEL,
            ECHO);

    /** What the reference knows and means nothing here; set or not, it makes no difference. */
    public static final List<String> WITHOUT_EFFECT =
            List.of("MF_SERVICE_STARTUP_RETRIES", "MF_SERVICE_STARTUP_WAITTIME_SECONDS");

    /** The variables that {@link metaservice.migrations.DatabaseConfig} reads, in the order of the help. */
    public static final List<Setting> DATABASE = List.of(
            new Setting("MF_METADATA_DB_DSN", "-", "libpq string or postgres:// URL; beats the settings below"),
            new Setting("MF_METADATA_DB_HOST", "localhost", "database host"),
            new Setting("MF_METADATA_DB_PORT", "5432", "database port"),
            new Setting("MF_METADATA_DB_USER", "postgres", "database user"),
            new Setting("MF_METADATA_DB_PSWD", "postgres", "the user's password"),
            new Setting("MF_METADATA_DB_PSWD_FILE", "-", "file that holds the password, instead of the above"),
            new Setting("MF_METADATA_DB_NAME", "postgres", "database name"),
            new Setting("MF_METADATA_DB_SSL_MODE", "disabled", "allow, prefer, require, verify-ca or verify-full"),
            new Setting("MF_METADATA_DB_SSL_CERT_PATH", "-", "client certificate, only with an SSL mode"),
            new Setting("MF_METADATA_DB_SSL_KEY_PATH", "-", "its key"),
            new Setting("MF_METADATA_DB_SSL_ROOT_CERT_PATH", "-", "trusted root; also MF_METADATA_DB_SSL_ROOT_CERT"),
            new Setting("MF_METADATA_DB_POOL_MIN", "1", "connections kept open"),
            new Setting("MF_METADATA_DB_POOL_MAX", "10", "most connections open at once"),
            new Setting("MF_METADATA_DB_TIMEOUT", "60", "seconds to wait for a connection or a statement"),
            new Setting("USE_SEPARATE_READER_POOL", "0", "1 or true: a pool of its own for reads"),
            new Setting("MF_METADATA_DB_READ_REPLICA_HOST", "localhost", "host of that pool; a DSN serves both"));

    /** What every variable that says where the database is begins with. */
    public static final String DATABASE_PREFIX = "MF_METADATA_DB_";
}
