/**
 * The interface between the launcher and a service version.
 *
 * <p>The launcher loads these classes; every service class loader shares them, together with Undertow's. A service jar
 * names its {@link metaservice.spi.ServiceProvider} in its manifest. The launcher starts the service and passes requests from
 * its public listener, the front door, to the handler of the {@link metaservice.spi.RunningService}.
 */
package metaservice.spi;
