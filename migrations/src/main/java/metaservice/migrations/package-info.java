/**
 * The migrations of the metadata schema: their SQL files, the ledgers that record them, the state of a database
 * schema, and its upgrade.
 *
 * <p>{@link metaservice.migrations.Migrations} is the entry point. The package contains no HTTP and no service code.
 */
package metaservice.migrations;
