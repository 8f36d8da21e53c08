/**
 * Metadata service 2.x, a frozen generation: string ids, heartbeats, attempts, tag mutation and filtered tasks, as the
 * reference's 2.5.1 has them. {@link metaservice.v2.V2Provider} shows all it offers.
 */
package metaservice.v2;
