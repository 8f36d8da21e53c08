package metaservice.migrations;

import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/** A task that runs in its own daemon thread while a test continues. */
final class BackgroundTask<T> {

    private final FutureTask<T> task;

    BackgroundTask(Callable<T> work) {
        task = new FutureTask<>(work);
        Thread thread = new Thread(task, "background");
        thread.setDaemon(true);
        thread.start();
    }

    T result() throws Exception {
        return task.get(60, TimeUnit.SECONDS);
    }
}
