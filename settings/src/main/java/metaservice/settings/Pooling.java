package metaservice.settings;

/** What is known about a connection pooler between this process and the database. */
public enum Pooling {
    /** Nothing: the launcher finds out whether there is a pooler that gives each transaction another session. */
    DETECT,
    /** Each connection has one session for its lifetime, with or without a pooler. */
    SESSION,
    /** A pooler gives each transaction another session of the server (PgBouncer: {@code pool_mode=transaction}). */
    TRANSACTION;

    static Pooling read(EnvironmentReader environment) {
        return switch (environment.text(Setting.DB_POOLER)) {
            case "auto" -> DETECT;
            case "session" -> SESSION;
            case "transaction" -> TRANSACTION;
            default -> {
                environment.reject(
                        Setting.DB_POOLER, environment.text(Setting.DB_POOLER), "auto, session or transaction");
                yield DETECT;
            }
        };
    }
}
