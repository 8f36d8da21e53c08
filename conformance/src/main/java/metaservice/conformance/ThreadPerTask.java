package metaservice.conformance;

import java.util.concurrent.Executor;

/**
 * Gives each task a thread of its own, which ends with it and keeps no process alive. Tasks that wait for each other must
 * not share the common pool, which has a single thread on two processors.
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
