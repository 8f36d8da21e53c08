/**
 * Temporary credentials from AWS's security token service.
 *
 * <p>The launcher loads this package, and the AWS SDK with it, in a class loader of its own and only if the operator
 * named a role; it finds {@link metaservice.sts.StsTokens} by {@link java.util.ServiceLoader}.
 */
package metaservice.sts;
