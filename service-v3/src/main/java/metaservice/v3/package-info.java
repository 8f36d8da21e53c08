/**
 * Metadata service 3.x, which is developed further: it has the API of 2.x, pages and filters as in the reference's newest
 * state, and this project's own extensions. {@link metaservice.v3.V3Provider} has the table of routes.
 */
package metaservice.v3;
