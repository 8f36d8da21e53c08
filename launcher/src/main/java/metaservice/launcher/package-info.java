/**
 * The process: reads the settings, starts the parts in order and stops them in reverse order. {@link
 * metaservice.launcher.Main} is the entry point. {@code Launcher} opens one {@code FrontDoor} for each kind of service
 * and the {@code MigrationApi}, reads the schema version, starts the newest compatible service of each kind, and lets
 * a {@code ServiceSupervisor} swap it later. Services are loaded by the class names in their manifests; the launcher
 * refers to no class of a service.
 *
 * <p>The packages below this one are ordered: {@code http}, {@code service}, {@code swap}, {@code migration}. Each uses
 * only those before it, and this package uses them all.
 */
package metaservice.launcher;
