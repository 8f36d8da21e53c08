/**
 * Makes the OpenAPI document of a version's API when the version is built. Nothing of it is in a service's jar: a
 * service that starts only loads the file.
 *
 * <p>{@link metaservice.kit.document.GenerateDocument} is what the build runs; a version says what its API is with a
 * {@link metaservice.kit.document.DescribesApi}.
 */
package metaservice.kit.document;
