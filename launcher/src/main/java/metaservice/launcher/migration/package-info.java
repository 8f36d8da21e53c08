/**
 * The migration API: reports the schema of the database and upgrades it. {@link
 * metaservice.launcher.migration.MigrationApi} has a listener of its own; {@code SharedUpgrade} runs at most one
 * upgrade at a time in the process. The migrations themselves are in the module {@code migrations}. May use the
 * packages {@code http}, {@code service} and {@code swap} of the launcher, and is used by the root package only.
 */
package metaservice.launcher.migration;
