package metaservice.migrations;

/** Names of things in the database that several classes use. */
final class Names {

    /** Where the tables and our ledger live; the statements of the services follow the search path, which leads here. */
    static final String SCHEMA = "public";

    /** Name of our ledger, Flyway's own. */
    static final String LEDGER = "flyway_schema_history";

    private Names() {}
}
