/**
 * The command line tool of operators and deployment scripts: asks a running migration service for the state of the
 * database's schema and tells it to upgrade.
 *
 * <p>It is an HTTP client and nothing more. Each command makes an {@link metaservice.tools.Outcome} of the service's
 * answer; {@link metaservice.tools.Main} prints it and exits. Results go to standard output in the words of the
 * reference implementation, because scripts read them; problems go to standard error, one line each.
 */
package metaservice.tools;
