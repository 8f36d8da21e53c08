/**
 * What the launcher and a service version say to each other; nothing else.
 *
 * <p>The launcher loads these classes; every service class loader shares them, together with Undertow's. A service jar
 * names its {@link metaservice.spi.ServiceProvider} in its manifest; the launcher starts it and puts the handler of the
 * {@link metaservice.spi.RunningService} behind its front door.
 */
package metaservice.spi;
