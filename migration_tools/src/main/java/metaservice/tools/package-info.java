/**
 * The command line tool for operators and deployment scripts: reads the schema status of a running migration service
 * and starts upgrades.
 *
 * <p>The tool is an HTTP client. Each command converts the response of the service to an
 * {@link metaservice.tools.Outcome}, which {@link metaservice.tools.ApiCommand} prints. Results are printed to
 * standard output in the format of the reference implementation, because scripts parse them; error messages are
 * printed to standard error, one line each.
 */
package metaservice.tools;
