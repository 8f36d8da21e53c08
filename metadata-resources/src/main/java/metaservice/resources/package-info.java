/**
 * The endpoints that several versions of the metadata service have in common. A version takes those that fit it into its
 * own table of routes, and says with the parameters of their constructors where it differs.
 *
 * <p>{@link metaservice.resources.Runs}, {@link metaservice.resources.Steps}, {@link metaservice.resources.Tasks},
 * {@link metaservice.resources.Metadata} and {@link metaservice.resources.Artifacts} find things by number or by name
 * ({@link metaservice.resources.Ids}). {@link metaservice.resources.Flows}, {@link metaservice.resources.TaskBatch} and
 * {@link metaservice.resources.Labels} serve versions that know numbers only, too.
 */
package metaservice.resources;
