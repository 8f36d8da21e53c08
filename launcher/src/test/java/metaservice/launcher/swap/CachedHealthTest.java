package metaservice.launcher.swap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CachedHealthTest {

    private final AtomicInteger looks = new AtomicInteger();

    private boolean look() {
        looks.incrementAndGet();
        return false;
    }

    @Test
    void allIsWellUntilTheFirstLook() {
        CachedHealth pulse = new CachedHealth(this::look, Duration.ofDays(1));
        assertTrue(pulse.getAsBoolean());
        assertEquals(0, looks.get());
    }

    @Test
    void whatALookFoundIsTold() {
        CachedHealth pulse = new CachedHealth(this::look, Duration.ZERO);
        assertFalse(pulse.getAsBoolean());
    }
}
