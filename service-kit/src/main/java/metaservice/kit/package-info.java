/**
 * What every service version is built with: routes, JSON, SQL, error bodies, health. Knows no version.
 *
 * <p>A request travels {@link metaservice.kit.Router} → an {@link metaservice.kit.Endpoint} of the version → one
 * {@link metaservice.kit.Sql} statement on the {@link metaservice.kit.Database} → an {@link metaservice.kit.Answer}.
 * The classes named after things of the API ({@code Flows}, {@code Runs}, …) are the endpoints that generations of
 * the API have in common; a version takes the ones that fit it into its own table of routes.
 */
package metaservice.kit;
