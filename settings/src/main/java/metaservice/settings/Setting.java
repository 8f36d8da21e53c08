package metaservice.settings;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An environment variable as listed by {@code --help}.
 *
 * @param name name of the variable
 * @param defaultValue default as an operator would write it; empty if there is none
 * @param meaning description, one line
 */
public record Setting(String name, Optional<String> defaultValue, String meaning) {

    private Setting(String name, String defaultValue, String meaning) {
        this(name, Optional.of(defaultValue), meaning);
    }

    private Setting(String name, String meaning) {
        this(name, Optional.empty(), meaning);
    }

    public static final Setting HOST =
            new Setting("MF_METADATA_HOST", "0.0.0.0", "bind address of all listeners without their own setting");
    public static final Setting METADATA_PORT =
            new Setting("MF_METADATA_PORT", "8080", "port of the metadata service; 0 selects a free port");
    public static final Setting MIGRATION_PORT =
            new Setting("MF_MIGRATION_PORT", "8082", "port of the migration service; 0 selects a free port");
    public static final Setting MIGRATION_HOST =
            new Setting("MF_MIGRATION_HOST", "bind address of the migration service; unset: MF_METADATA_HOST");
    public static final Setting UI_HOST =
            new Setting("MF_UI_METADATA_HOST", "bind address of the ui service; unset: MF_METADATA_HOST");
    public static final Setting UI_PORT =
            new Setting("MF_UI_METADATA_PORT", "8083", "port of the ui service; 0 selects a free port");
    public static final Setting SCHEMASPACES_PORT =
            new Setting("MF_SCHEMASPACES_PORT", "8084", "port of the schemaspaces service; 0 selects a free port");
    public static final Setting SERVICES =
            new Setting("MF_SERVICES", "migration,metadata", "services to run, separated by commas");
    public static final Setting ALLOWED_HOSTS =
            new Setting("MF_ALLOWED_HOSTS", "allowed Host headers, separated by commas; unset: all");
    public static final Setting UPGRADE_ENDPOINT = new Setting(
            "MF_MIGRATION_ENDPOINTS_ENABLED", "1", "an integer; 0 disables /upgrade of the migration service");
    public static final Setting PATH_PREFIX =
            new Setting("PATH_PREFIX", "prefix of all paths of the metadata service; starts with /");
    public static final Setting MAX_BODY = new Setting(
            "MF_METADATA_MAX_BODY_BYTES", "16777216", "largest request body in bytes; larger ones get status 413");
    public static final Setting DRAIN = new Setting(
            "MF_METADATA_DRAIN_SECONDS", "20", "seconds to wait for requests in flight when stopping or swapping");
    public static final Setting SWAP =
            new Setting("MF_UPGRADE_SWAP", "on", "off: a newer service starts only after a restart");
    public static final Setting PAUSES =
            new Setting("MF_UPGRADE_PAUSES", "on", "off: upgrades and swaps do not pause while requests are served");
    public static final Setting POLL =
            new Setting("MF_UPGRADE_POLL_SECONDS", "30", "seconds between checks of the schema version");
    public static final Setting ATTEMPTS =
            new Setting("MF_SERVICE_CONNECTION_RETRIES", "3", "attempts to connect to the database at start");
    public static final Setting ATTEMPT_WAIT =
            new Setting("MF_SERVICE_CONNECTION_RETRY_WAITTIME_SECONDS", "1", "seconds between these attempts");
    public static final Setting CUTOFF = new Setting(
            "RUN_INACTIVE_CUTOFF_TIME", "360", "seconds without heartbeat after which a run counts as failed");
    public static final Setting FLOWS = new Setting("DB_TABLE_NAME_FLOWS", "flows_v3", "table of flows");
    public static final Setting RUNS = new Setting("DB_TABLE_NAME_RUNS", "runs_v3", "table of runs");
    public static final Setting STEPS = new Setting("DB_TABLE_NAME_STEPS", "steps_v3", "table of steps");
    public static final Setting TASKS = new Setting("DB_TABLE_NAME_TASKS", "tasks_v3", "table of tasks");
    public static final Setting METADATA = new Setting("DB_TABLE_NAME_METADATA", "metadata_v3", "table of metadata");
    public static final Setting ARTIFACT = new Setting("DB_TABLE_NAME_ARTIFACT", "artifact_v3", "table of artifacts");
    public static final Setting TRIGGERS =
            new Setting("DB_TRIGGER_CREATE", "0", "1: create triggers that notify a user interface of changes");
    public static final Setting SCHEMA =
            new Setting("DB_SCHEMA_NAME", "expected schema of the tables; unset: found by the search path");
    public static final Setting ORIGINS =
            new Setting("ORIGIN_TO_ALLOW_CORS_FROM", "origins allowed by CORS, separated by commas, or *");
    public static final Setting ECHO = new Setting("AIOPG_ECHO", "0", "1: log SQL statements, without their values");
    public static final Setting IAM_ROLE =
            new Setting("MF_USER_IAM_ROLE", "ARN of the role whose credentials /auth/token returns");
    public static final Setting STS_REGION = new Setting("MF_REGION", "us-west-2", "AWS region of the token service");
    public static final Setting STS_ENDPOINT =
            new Setting("MF_STS_ENDPOINT", "address of the token service; unset: that of AWS");
    public static final Setting LOG_LEVEL = new Setting("LOGLEVEL", "INFO", "DEBUG, INFO, WARNING, ERROR or CRITICAL");

    /** The launcher's own variables, in the order of the help. */
    public static final List<Setting> LAUNCHER = List.of(
            SERVICES,
            HOST,
            METADATA_PORT,
            MIGRATION_HOST,
            MIGRATION_PORT,
            UI_HOST,
            UI_PORT,
            SCHEMASPACES_PORT,
            ALLOWED_HOSTS,
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

    /** Variables of the reference that have no effect here. */
    public static final List<String> WITHOUT_EFFECT =
            List.of("MF_SERVICE_STARTUP_RETRIES", "MF_SERVICE_STARTUP_WAITTIME_SECONDS");

    public static final Setting DB_DSN =
            new Setting("MF_METADATA_DB_DSN", "libpq string or postgres:// URL; overrides the settings below");
    public static final Setting DB_HOST = new Setting("MF_METADATA_DB_HOST", "localhost", "database host");
    public static final Setting DB_PORT = new Setting("MF_METADATA_DB_PORT", "5432", "database port");
    public static final Setting DB_USER = new Setting("MF_METADATA_DB_USER", "postgres", "database user");
    public static final Setting DB_PSWD = new Setting("MF_METADATA_DB_PSWD", "postgres", "the user's password");
    public static final Setting DB_NAME = new Setting("MF_METADATA_DB_NAME", "postgres", "database name");
    public static final Setting DB_SSL_MODE =
            new Setting("MF_METADATA_DB_SSL_MODE", "disabled", "allow, prefer, require, verify-ca or verify-full");
    public static final Setting DB_SSL_CERT_PATH =
            new Setting("MF_METADATA_DB_SSL_CERT_PATH", "client certificate file; only with an SSL mode");
    public static final Setting DB_SSL_KEY_PATH = new Setting("MF_METADATA_DB_SSL_KEY_PATH", "client key file");
    public static final Setting DB_SSL_ROOT_CERT_PATH =
            new Setting("MF_METADATA_DB_SSL_ROOT_CERT_PATH", "root certificate file");
    public static final Setting DB_POOL_MIN =
            new Setting("MF_METADATA_DB_POOL_MIN", "1", "idle connections that stay open");
    public static final Setting DB_POOL_MAX = new Setting("MF_METADATA_DB_POOL_MAX", "10", "most open connections");
    public static final Setting DB_TIMEOUT = new Setting(
            "MF_METADATA_DB_TIMEOUT", "60", "timeout of a statement, and of connecting up to 10, in seconds");
    public static final Setting READER_POOL =
            new Setting("USE_SEPARATE_READER_POOL", "0", "1 or true: separate connection pool for reads");
    public static final Setting REPLICA_HOST = new Setting(
            "MF_METADATA_DB_READ_REPLICA_HOST", "localhost", "host of that pool; a DSN applies to both pools");
    public static final Setting DB_SSL_ROOT_CERT =
            new Setting("MF_METADATA_DB_SSL_ROOT_CERT", "another name of MF_METADATA_DB_SSL_ROOT_CERT_PATH");
    public static final Setting GROUP_WRITES =
            new Setting("MF_METADATA_DB_GROUP_WRITES", "on", "off: each write is a statement of its own");
    public static final Setting DB_POOLER = new Setting(
            "MF_METADATA_DB_POOLER", "auto", "what a pooler assigns: session or transaction; auto: found out");
    public static final Setting MIGRATION_DB_DSN =
            new Setting("MF_MIGRATION_DB_DSN", "DSN of the database for migrations, behind no pooler");
    public static final Setting MIGRATION_DB_HOST =
            new Setting("MF_MIGRATION_DB_HOST", "its host; unset: that of the services");
    public static final Setting MIGRATION_DB_PORT =
            new Setting("MF_MIGRATION_DB_PORT", "its port; unset: that of the services");

    /** Secrets; each can also be read from a file. */
    public static final List<Setting> SECRETS = List.of(DB_DSN, DB_PSWD, MIGRATION_DB_DSN);

    /** The variables that {@link DatabaseConfig} reads, in the order of the help. */
    public static final List<Setting> DATABASE = withFiles(List.of(
            DB_DSN,
            DB_HOST,
            DB_PORT,
            DB_USER,
            DB_PSWD,
            DB_NAME,
            DB_SSL_MODE,
            DB_SSL_CERT_PATH,
            DB_SSL_KEY_PATH,
            DB_SSL_ROOT_CERT_PATH,
            DB_SSL_ROOT_CERT,
            DB_POOL_MIN,
            DB_POOL_MAX,
            DB_TIMEOUT,
            READER_POOL,
            REPLICA_HOST,
            GROUP_WRITES,
            DB_POOLER,
            MIGRATION_DB_DSN,
            MIGRATION_DB_HOST,
            MIGRATION_DB_PORT));

    /**
     * Variables of the reference image that this build does not support but that published deployments set; no
     * warning is logged for them.
     */
    static final Set<String> REFERENCE_ONLY = Set.of(
            "MF_BASEURL",
            "MF_CARD_LOAD_POLICY",
            "MF_DEFAULT_TIME_FILTER_DAYS",
            "MF_LOG_LOAD_MAX_SIZE",
            "MF_LOG_LOAD_POLICY",
            "MF_LOG_LOAD_TAIL_SIZE");

    /** Prefix of the variables of the database connection. */
    public static final String DATABASE_PREFIX = "MF_METADATA_DB_";

    /** Prefix of the variables of the database connection for migrations. */
    public static final String MIGRATION_DATABASE_PREFIX = "MF_MIGRATION_DB_";

    /** Names of all variables that are read, including the {@code _FILE} variants of secrets. */
    static Set<String> names() {
        return Stream.concat(LAUNCHER.stream(), DATABASE.stream())
                .map(Setting::name)
                .collect(Collectors.toUnmodifiableSet());
    }

    private static List<Setting> withFiles(List<Setting> settings) {
        return settings.stream()
                .flatMap(setting -> SECRETS.contains(setting)
                        ? Stream.of(
                                setting,
                                new Setting(
                                        setting.name() + EnvironmentReader.FILE_SUFFIX,
                                        "file with the value of " + setting.name() + "; overrides it"))
                        : Stream.of(setting))
                .toList();
    }

    /**
     * The port setting of a service kind without a predefined one: {@code MF_<KIND>_PORT}, by default 0, a free port.
     */
    static Setting portOf(String kind) {
        return new Setting(
                "MF_" + kind.toUpperCase(Locale.ROOT).replace('-', '_') + "_PORT",
                "0",
                "port of the " + kind + " service; 0 selects a free port");
    }
}
