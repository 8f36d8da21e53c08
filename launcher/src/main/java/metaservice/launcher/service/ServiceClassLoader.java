package metaservice.launcher.service;

import java.net.URL;
import java.net.URLClassLoader;
import java.util.List;
import metaservice.migrations.ServiceVersion;

/**
 * Sees the platform, its own jar and exactly the {@link #SHARED} packages of the launcher. Resources are not shared at
 * all: a service that looks for a file or for implementations of an interface finds the platform's and its own.
 * Thread-safe.
 */
final class ServiceClassLoader extends URLClassLoader {

    static {
        registerAsParallelCapable();
    }

    /** Prefixes of class names; the last dot keeps a package apart from one whose name merely begins alike. */
    static final List<String> SHARED = List.of("metaservice.spi.", "io.undertow.", "org.xnio.", "org.slf4j.");

    private final ClassLoader launcher;

    /**
     * Opens the jar.
     *
     * @param launcher where the shared classes are
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
