package metaservice.launcher.swap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.Optional;
import metaservice.migrations.ServiceVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ServingStatusTest {

    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
    private static final Optional<ServiceVersion> VERSION = Optional.of(ServiceVersion.parse("3.0.0"));
    private static final ServingStatus INITIAL = ServingStatus.initial(NOW);

    private static ServingStatus.Swap swap(SwapState state) {
        return new ServingStatus.Swap(state, Optional.empty(), VERSION, Optional.empty(), 0, NOW);
    }

    @ParameterizedTest
    @EnumSource
    void stoppingIsFinal(ServiceState next) {
        ServingStatus stopping =
                INITIAL.service(ServiceState.STOPPING, VERSION, NOW).orElseThrow();
        assertTrue(stopping.service(next, VERSION, NOW).isEmpty());
    }

    @Test
    void illegalMoveOfASwapIsRefused() {
        ServingStatus starting = INITIAL.swap(swap(SwapState.STARTING)).orElseThrow();
        ServingStatus draining = starting.swap(swap(SwapState.DRAINING)).orElseThrow();
        assertTrue(draining.swap(swap(SwapState.FAILED)).isEmpty());
        assertEquals(
                SwapState.IDLE,
                draining.swap(swap(SwapState.IDLE)).orElseThrow().swap().state());
    }
}
