/**
 * What every service version is built with: routes, JSON, SQL, batches, error bodies, health, and the pages that show
 * the API. Knows no version and no table of a service.
 *
 * <p>A request travels {@link metaservice.kit.Router} → an {@link metaservice.kit.Endpoint} of the version → one
 * {@link metaservice.kit.Sql} statement on the {@link metaservice.kit.Database} → an {@link metaservice.kit.Answer}.
 * {@link metaservice.kit.Admin} and {@link metaservice.kit.Tokens} answer what concerns the service itself. The OpenAPI
 * document is made by {@code metaservice.kit.document} when a version is built.
 */
package metaservice.kit;
