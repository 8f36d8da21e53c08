package metaservice.migrations;

/** Names in the database that several classes use. */
final class DatabaseNames {

    /**
     * Schema of the tables and of Flyway's ledger. The statements of the services rely on the search path, which
     * includes it.
     */
    static final String SCHEMA = "public";

    /** Table name of Flyway's ledger. */
    static final String LEDGER = "flyway_schema_history";

    private DatabaseNames() {}
}
