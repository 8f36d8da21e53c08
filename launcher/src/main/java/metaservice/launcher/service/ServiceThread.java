package metaservice.launcher.service;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Calls into a service on a thread that ends with the call. Libraries keep things in thread-locals; on a thread of the
 * launcher these would outlive the service, and keep its classes alive.
 */
final class ServiceThread {

    private ServiceThread() {}

    /**
     * Calls and waits; an interrupt is passed on, and the end is waited for all the same.
     *
     * @param name of the thread
     * @param loader its context class loader
     */
    static <T, E extends Exception> T call(String name, ClassLoader loader, ContextLoader.Task<T, E> task) throws E {
        FutureTask<T> call = new FutureTask<>(task::run);
        Thread thread = new Thread(call, name);
        thread.setContextClassLoader(loader);
        thread.start();
        awaitEnd(thread);
        return result(call);
    }

    private static void awaitEnd(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
                thread.interrupt();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    // The task throws E and what is unchecked, and nothing else.
    @SuppressWarnings("unchecked")
    private static <T, E extends Exception> T result(FutureTask<T> call) throws E {
        boolean interrupted = Thread.interrupted();
        try {
            return call.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw (E) e.getCause();
        } catch (InterruptedException e) {
            throw new IllegalStateException("the call has ended, so there was nothing to wait for", e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
