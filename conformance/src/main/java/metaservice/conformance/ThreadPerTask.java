package metaservice.conformance;

import java.util.concurrent.Executor;

/**
 * Runs each task in a new daemon thread. Tasks that wait for each other must not share the common pool, because it has a
 * single thread on a machine with two processors.
 */
final class ThreadPerTask implements Executor {

    private final String name;

    /** @param name of every thread */
    ThreadPerTask(String name) {
        this.name = name;
    }

    @Override
    public void execute(Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }
}
