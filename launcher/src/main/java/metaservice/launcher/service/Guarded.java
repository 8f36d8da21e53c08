package metaservice.launcher.service;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs steps that do not depend on each other, such as those of a shutdown: the failure of one does not stop the next.
 */
public final class Guarded {

    private static final Logger LOG = LoggerFactory.getLogger(Guarded.class);

    private Guarded() {}

    /** One step. */
    public interface Step {
        void run() throws Exception;
    }

    /**
     * Runs a step and logs what it throws. Never throws. Keeps the interrupt status of the thread.
     *
     * @param what what the step does, a verb in the infinitive, for the log
     */
    public static void run(String what, Step step) {
        try {
            step.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Throwable e) {
            log("Could not " + what, e);
        }
    }

    /** Logs a failure. Never throws, even if there is no memory for the log line. */
    public static void log(String message, Throwable failure) {
        try {
            LOG.error("{}", message, failure);
        } catch (Throwable e) {
            // Logging failed, too, and the next steps have to run.
        }
    }
}
