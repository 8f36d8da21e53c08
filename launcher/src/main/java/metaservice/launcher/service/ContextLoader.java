package metaservice.launcher.service;

/**
 * Runs code with another context class loader of the current thread, and restores the previous one afterwards.
 * Libraries in a service find drivers and service providers through the context class loader.
 */
public final class ContextLoader {

    private ContextLoader() {}

    /** Code that returns a value or throws. */
    public interface Task<T, E extends Exception> {
        T run() throws E;
    }

    /** Code that returns nothing or throws. */
    public interface Step<E extends Exception> {
        void run() throws E;
    }

    public static <T, E extends Exception> T call(ClassLoader loader, Task<T, E> task) throws E {
        Thread thread = Thread.currentThread();
        ClassLoader previous = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            return task.run();
        } finally {
            thread.setContextClassLoader(previous);
        }
    }

    public static <E extends Exception> void run(ClassLoader loader, Step<E> step) throws E {
        ContextLoader.<Void, E>call(loader, () -> {
            step.run();
            return null;
        });
    }
}
