package metaservice.migrations;

/**
 * What an upgrade has to know of a database beyond its status.
 *
 * @param status how the schema stands
 * @param ledgerVersion what our own ledger says, even if the tables are gone; zero without one
 * @param ledgersAgree whether goose's ledger is there and tells at least what ours does, as far as the reference knows the
 *     versions
 */
record Inspection(SchemaStatus status, SchemaVersion ledgerVersion, boolean ledgersAgree) {}
