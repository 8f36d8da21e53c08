/**
 * Framework for service versions: routes, JSON, SQL, batches, error answers, health checks, and the pages that show the
 * API. It contains no version number and no table of a service.
 *
 * <p>The path of a request: {@link metaservice.kit.Router} → an {@link metaservice.kit.Endpoint} of the version → one
 * {@link metaservice.kit.Sql} statement on the {@link metaservice.kit.Database} → an {@link metaservice.kit.Answer}.
 * {@link metaservice.kit.Admin} and {@link metaservice.kit.Tokens} have the endpoints that concern the service itself.
 * {@code metaservice.kit.document} generates the OpenAPI document when a version is built.
 */
package metaservice.kit;
