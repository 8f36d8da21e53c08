package metaservice.launcher.service;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs steps of which one must not keep the next from being run, such as those of an orderly end. */
public final class Guarded {

    private static final Logger LOG = LoggerFactory.getLogger(Guarded.class);

    private Guarded() {}

    /** Something that is to be done, whatever became of the step before. */
    public interface Step {
        void run() throws Exception;
    }

    /**
     * Runs a step; logs whatever it throws. Never throws.
     *
     * @param what it does, in the infinitive
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

    /** Logs a failure; never throws, even if there is no memory left for a line of log. */
    public static void log(String message, Throwable failure) {
        try {
            LOG.error("{}", message, failure);
        } catch (Throwable e) {
            // The failure of the log has nowhere else to go, and what comes next has to be done.
        }
    }
}
