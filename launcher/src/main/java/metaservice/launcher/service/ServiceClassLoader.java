package metaservice.launcher.service;

import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
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

    /** A service needs some hundred classes to start: some seconds of pauses, many times what the loading takes. */
    private static final Duration AFTER_EACH_CLASS = Duration.ofMillis(8);

    private final ClassLoader launcher;
    private volatile PauseWhileBusy courtesy;

    /**
     * Opens the jar.
     *
     * @param launcher where the shared classes are
     * @param courtesy of whoever loads classes, until {@link #hurry}
     */
    ServiceClassLoader(ServiceVersion version, URL jar, ClassLoader launcher, PauseWhileBusy courtesy) {
        super("service-" + version, new URL[] {jar}, ClassLoader.getPlatformClassLoader());
        this.launcher = launcher;
        this.courtesy = courtesy;
    }

    /** From now on clients wait for the classes. */
    void hurry() {
        courtesy = PauseWhileBusy.NONE;
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        Class<?> found = super.findClass(name);
        courtesy.pause(AFTER_EACH_CLASS);
        return found;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        boolean shared = SHARED.stream().anyMatch(name::startsWith);
        return shared ? launcher.loadClass(name) : super.loadClass(name, resolve);
    }
}
