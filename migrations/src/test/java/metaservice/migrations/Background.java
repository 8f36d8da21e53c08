package metaservice.migrations;

import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/** Something that goes on in a thread of its own while a test looks. */
final class Background<T> {

    private final FutureTask<T> task;

    Background(Callable<T> work) {
        task = new FutureTask<>(work);
        Thread thread = new Thread(task, "background");
        thread.setDaemon(true);
        thread.start();
    }

    T result() throws Exception {
        return task.get(60, TimeUnit.SECONDS);
    }
}
