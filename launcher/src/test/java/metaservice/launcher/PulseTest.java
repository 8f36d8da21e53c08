package metaservice.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PulseTest {

    private final AtomicInteger looks = new AtomicInteger();

    private boolean look() {
        looks.incrementAndGet();
        return false;
    }

    @Test
    void allIsWellUntilTheFirstLook() {
        Pulse pulse = new Pulse(this::look, Duration.ofDays(1));
        assertTrue(pulse.getAsBoolean());
        assertEquals(0, looks.get());
    }

    @Test
    void whatALookFoundIsTold() {
        Pulse pulse = new Pulse(this::look, Duration.ZERO);
        assertFalse(pulse.getAsBoolean());
    }
}
