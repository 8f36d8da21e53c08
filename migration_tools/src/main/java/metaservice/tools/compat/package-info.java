/**
 * The command {@code compat}: whether nodes of two images can run on one database at the same time. {@link
 * metaservice.tools.compat.Compatibility} decides, from the schema versions of this build, the services in this
 * distribution and a table of released images; no database is contacted.
 */
package metaservice.tools.compat;
