/**
 * The migrations of the metadata schema as SQL files, the ledgers that record them, the state of a database's schema, and
 * its upgrade. Also how the database is reached, because whoever migrates it and whoever serves from it must agree.
 *
 * <p>{@link metaservice.migrations.Migrations} is the way in. No HTTP and no service here.
 */
package metaservice.migrations;
