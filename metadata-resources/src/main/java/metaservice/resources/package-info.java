/**
 * The endpoints that several versions of the metadata service share. A version lists the ones that it offers in its own
 * table of routes, and configures its differences with constructor parameters.
 *
 * <p>{@link metaservice.resources.Runs}, {@link metaservice.resources.Steps}, {@link metaservice.resources.Tasks},
 * {@link metaservice.resources.Metadata} and {@link metaservice.resources.Artifacts} find objects by number or by name
 * ({@link metaservice.resources.Ids}). {@link metaservice.resources.Flows}, {@link metaservice.resources.TaskBatch} and
 * {@link metaservice.resources.Labels} are also used by versions with numeric ids only.
 */
package metaservice.resources;
