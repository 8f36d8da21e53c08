/**
 * Bundled services and their isolation. {@link metaservice.launcher.service.ServiceCatalog} reads the manifests of the
 * service jars; {@link metaservice.launcher.service.IsolatedService} starts one of them in a class loader and on
 * threads of its own, and makes every call into it; {@link metaservice.launcher.service.WarmUp} sends it sample
 * requests before it replaces another service. Uses the package {@code http} of the launcher, no others.
 */
package metaservice.launcher.service;
