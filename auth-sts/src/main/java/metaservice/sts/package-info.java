/**
 * Temporary credentials from AWS's security token service.
 *
 * <p>The launcher loads this package and the AWS SDK in a separate class loader, and only if the operator configured a
 * role. It finds {@link metaservice.sts.StsTokens} with {@link java.util.ServiceLoader}.
 */
package metaservice.sts;
