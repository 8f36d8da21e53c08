/**
 * Metadata service 1.x, a frozen generation: numeric ids only, as the reference's 1.0.1 has them. It runs on every
 * schema, and so serves while a database is being upgraded. {@link metaservice.v1.V1Provider} shows all it offers.
 */
package metaservice.v1;
