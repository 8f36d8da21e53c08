package metaservice.kit;

import java.util.concurrent.Callable;

/**
 * An answer that an endpoint which never blocks leaves to a worker thread.
 *
 * @param work makes the answer; may wait for the database
 */
public record BlockingAnswer(Callable<Answer> work) implements Outcome {

    @Override
    public Answer get() throws Exception {
        return work.call();
    }
}
