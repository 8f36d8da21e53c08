/**
 * Finds the service version that the database can carry, starts it apart from everything else, and serves it.
 *
 * <p>{@link metaservice.launcher.Main} reads the configuration and hands over to the {@code Launcher}, which opens the
 * {@code FrontDoor} (the one public listener) and the {@code MigrationApi} beside it, asks the database for its schema
 * version, lets {@code VersionChoice} decide among the {@code ServiceCatalog}, and puts the chosen {@code
 * IsolatedService} behind the front door. No class of a service version is ever named here.
 */
package metaservice.launcher;
