package metaservice.launcher.service;

import java.time.Duration;
import metaservice.spi.DatabaseAccess;
import metaservice.spi.RequestMemory;
import metaservice.spi.ServiceContext;
import metaservice.spi.ServiceSettings;
import metaservice.spi.TokenIssuer;

/** The parameters of the start of a service. */
record ContextValues(
        String serviceVersion,
        DatabaseAccess database,
        ServiceSettings settings,
        TokenIssuer tokens,
        RequestMemory memory,
        PauseWhileBusy pauses)
        implements ServiceContext {

    /** Longer than most steps take, so that most client requests run between two steps. */
    private static final Duration PAUSE_BETWEEN_STEPS = Duration.ofMillis(50);

    @Override
    public void pauseBetweenSteps() {
        pauses.pause(PAUSE_BETWEEN_STEPS);
    }
}
