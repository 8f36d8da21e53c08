package metaservice.migrations;

/** The contents of a database, and which ledger determines its schema version. */
public enum SchemaState {
    /** There is no table {@code flows_v3}; other tables may exist. */
    EMPTY,
    /** The tables exist without a ledger: schema version 0. */
    NO_LEDGER,
    /** The tables and goose's ledger exist: the reference implementation migrated them. */
    GOOSE,
    /** The tables and Flyway's ledger exist; Flyway's ledger counts, even if goose's exists too. */
    FLYWAY
}
