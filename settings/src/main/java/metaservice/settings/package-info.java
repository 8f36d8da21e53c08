/**
 * Settings from the environment of the process as immutable records: listeners, database connection, token service.
 * Reads environment variables and the files that they name; opens no listener and no connection pool.
 */
package metaservice.settings;
