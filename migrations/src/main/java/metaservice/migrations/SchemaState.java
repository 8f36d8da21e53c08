package metaservice.migrations;

/** What a database holds, and whose ledger tells its schema version. */
public enum SchemaState {
    /** No table {@code flows_v3}, whatever else there is. */
    EMPTY,
    /** The tables, but no ledger: schema version 0. */
    NO_LEDGER,
    /** The tables and goose's ledger only: the reference implementation migrated them. */
    GOOSE,
    /** The tables and our own ledger; it decides, even if goose's is there too. */
    FLYWAY
}
