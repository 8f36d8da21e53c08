/**
 * What the environment of the process says, as immutable records: addresses and ports, the database, whose credentials
 * clients get. Reads variables and the files that they name; opens no listener and no connection pool.
 *
 * <p>{@link metaservice.settings.DatabaseServer} is implemented elsewhere: it is here because it gives a {@link
 * metaservice.settings.DatabaseConfig}.
 */
package metaservice.settings;
