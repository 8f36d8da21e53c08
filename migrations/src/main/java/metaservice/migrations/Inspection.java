package metaservice.migrations;

/**
 * The input of an upgrade decision: the status and what else an upgrade needs.
 *
 * @param status the state of the schema
 * @param location where the tables and the ledgers are
 * @param ledgerVersion the version in Flyway's ledger, even if the tables are missing; zero if there is no ledger
 * @param ledgersAgree whether goose's ledger exists and includes every version in Flyway's ledger that the reference
 *     has, or belongs to another application
 */
record Inspection(SchemaStatus status, Location location, SchemaVersion ledgerVersion, boolean ledgersAgree) {}
