/**
 * What the environment of the process says, as immutable records: addresses and ports, the database, whose credentials
 * clients get. Reads variables and the files that they name; opens no listener and no connection pool.
 */
package metaservice.settings;
