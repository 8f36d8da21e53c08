/**
 * Metadata service 3.x, the generation that is ours: it begins as the newest state of the reference and goes on from
 * there. {@link metaservice.v3.V3Provider} shows all it offers.
 */
package metaservice.v3;
