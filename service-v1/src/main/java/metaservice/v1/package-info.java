/**
 * Metadata service 1.x, which is frozen: it has the API of the reference's 1.0.1 with numeric ids only. It runs on every
 * schema version. {@link metaservice.v1.V1Provider} has the table of routes.
 */
package metaservice.v1;
