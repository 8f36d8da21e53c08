/**
 * Metadata service 2.x, which is frozen: it has the API of the reference's 2.5.1 with names as ids, heartbeats, attempts, tag
 * mutation and filtered tasks. {@link metaservice.v2.V2Provider} has the table of routes.
 */
package metaservice.v2;
