/**
 * Settings from the environment of the process as immutable records: listeners, database connection, token service.
 * Reads environment variables and the files that they name; opens no listener and no connection pool.
 *
 * <p>{@link metaservice.settings.DatabaseServer} is implemented in another module. Its interface is here because it returns
 * a {@link metaservice.settings.DatabaseConfig}.
 */
package metaservice.settings;
