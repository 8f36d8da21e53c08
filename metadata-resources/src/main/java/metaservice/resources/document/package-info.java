/**
 * The documentation of the shared endpoints for the OpenAPI document. Used only when a version is built; a service's jar
 * does not have it.
 */
package metaservice.resources.document;
