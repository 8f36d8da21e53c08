package metaservice.launcher.service;

/**
 * Runs code with a class loader as the thread's context class loader, and puts the former one back. Libraries inside a
 * service look up drivers and implementations through it.
 */
public final class ContextLoader {

    private ContextLoader() {}

    /** Something that gives a value or fails. */
    public interface Task<T, E extends Exception> {
        T run() throws E;
    }

    /** Something that has an effect or fails. */
    public interface Step<E extends Exception> {
        void run() throws E;
    }

    public static <T, E extends Exception> T call(ClassLoader loader, Task<T, E> task) throws E {
        Thread thread = Thread.currentThread();
        ClassLoader former = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            return task.run();
        } finally {
            thread.setContextClassLoader(former);
        }
    }

    public static <E extends Exception> void run(ClassLoader loader, Step<E> step) throws E {
        ContextLoader.<Void, E>call(loader, () -> {
            step.run();
            return null;
        });
    }
}
