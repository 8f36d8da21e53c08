/**
 * Generates the OpenAPI document of a version's API when the version is built. A service's jar has only the generated
 * files and not these classes.
 *
 * <p>The build runs {@link metaservice.kit.document.GenerateDocument}. A version describes its API with an implementation of
 * {@link metaservice.kit.document.DescribesApi}.
 */
package metaservice.kit.document;
