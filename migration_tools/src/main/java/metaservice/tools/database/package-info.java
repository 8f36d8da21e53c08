/**
 * Access to a database without a launcher, with the settings of the launcher, and sentences for its failures.
 */
package metaservice.tools.database;
