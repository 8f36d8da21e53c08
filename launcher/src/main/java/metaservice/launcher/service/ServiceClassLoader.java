package metaservice.launcher.service;

import java.net.URL;
import java.net.URLClassLoader;
import java.util.List;
import metaservice.migrations.ServiceVersion;

/**
 * Loads classes of the platform, of one service jar, and of the {@link #SHARED} packages of the launcher. Resources
 * are not shared: a service finds those of the platform and its own, service provider files included. Thread-safe.
 */
final class ServiceClassLoader extends URLClassLoader {

    static {
        registerAsParallelCapable();
    }

    /**
     * Prefixes of class names. Each ends with a dot so that it does not match a package whose name only begins alike.
     */
    static final List<String> SHARED = List.of("metaservice.spi.", "io.undertow.", "org.xnio.", "org.slf4j.");

    private final ClassLoader launcher;

    /**
     * Opens the jar.
     *
     * @param launcher loads the shared classes
     */
    ServiceClassLoader(ServiceVersion version, URL jar, ClassLoader launcher) {
        super("service-" + version, new URL[] {jar}, ClassLoader.getPlatformClassLoader());
        this.launcher = launcher;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        boolean shared = SHARED.stream().anyMatch(name::startsWith);
        return shared ? launcher.loadClass(name) : super.loadClass(name, resolve);
    }
}
