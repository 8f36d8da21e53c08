package metaservice.kit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReconnectingDataSourceTest {

    private static final Connection CONNECTION = (Connection) Proxy.newProxyInstance(
            ReconnectingDataSourceTest.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, arguments) -> {
                throw new UnsupportedOperationException(method.getName());
            });

    /** Failures of the next attempts, in order; an attempt without one succeeds. */
    private final Deque<SQLException> failures = new ArrayDeque<>();

    private volatile Map<String, String> login = Map.of("user", "metaflow", "password", "old");
    private int attempts;

    private final ReconnectingDataSource source = new ReconnectingDataSource(this::open, () -> login);

    private Connection open() throws SQLException {
        attempts++;
        if (failures.isEmpty()) {
            return CONNECTION;
        }
        throw failures.remove();
    }

    private static SQLException failure(String state) {
        return new SQLException("failure of class " + state, state);
    }

    @Test
    void firstFailureIsThrownAtOnce() {
        SQLException failure = failure("08001");
        failures.add(failure);
        assertSame(failure, assertThrows(SQLException.class, source::getConnection));
        assertEquals(1, attempts);
    }

    @Test
    void laterFailuresThatPassAreRepeated() throws SQLException {
        source.getConnection();
        failures.addAll(List.of(failure("08001"), failure("57P03"), failure("53300")));
        assertSame(CONNECTION, source.getConnection());
        assertEquals(5, attempts);
        assertEquals(Optional.empty(), source.failure());
    }

    @Test
    void otherFailuresAreThrown() throws SQLException {
        source.getConnection();
        failures.add(failure("3D000"));
        assertThrows(SQLException.class, source::getConnection);
        assertEquals(2, attempts);
    }

    /** A new password is tried at once, although the wait after a refused login is longer than that of the test. */
    @Test
    @Timeout(10)
    void changedLoginIsTriedAtOnce() throws Exception {
        source.getConnection();
        failures.add(failure("28P01"));
        Thread rotation = new Thread(() -> {
            while (source.failure().isEmpty()) {
                Thread.onSpinWait();
            }
            assertTrue(source.failure().orElseThrow().startsWith("password refused for user metaflow: "));
            login = Map.of("user", "metaflow", "password", "new");
        });
        rotation.start();
        assertSame(CONNECTION, source.getConnection());
        rotation.join();
        assertEquals(3, attempts);
    }

    @Test
    void interruptEndsTheRetries() throws SQLException {
        source.getConnection();
        SQLException failure = failure("08001");
        failures.add(failure);
        Thread.currentThread().interrupt();
        assertSame(failure, assertThrows(SQLException.class, source::getConnection));
        assertTrue(Thread.interrupted());
    }

    @ParameterizedTest
    @CsvSource({"0, 250", "8000, 250", "64000, 2000", "960000, 30000", "86400000, 30000"})
    void waitGrowsWithTheOutage(long outageMillis, long waitMillis) {
        assertEquals(
                Duration.ofMillis(waitMillis),
                ReconnectingDataSource.wait(Duration.ofMillis(outageMillis), Duration.ofMillis(250)));
    }
}
