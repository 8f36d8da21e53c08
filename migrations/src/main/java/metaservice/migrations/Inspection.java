package metaservice.migrations;

/**
 * The input of an upgrade decision: the status and what else an upgrade needs.
 *
 * @param status the state of the schema
 * @param ledgerVersion the version in Flyway's ledger, even if the tables are missing; zero if there is no ledger
 * @param ledgersAgree whether goose's ledger exists and includes every version in Flyway's ledger that the reference
 *     has
 */
record Inspection(SchemaStatus status, SchemaVersion ledgerVersion, boolean ledgersAgree) {}
