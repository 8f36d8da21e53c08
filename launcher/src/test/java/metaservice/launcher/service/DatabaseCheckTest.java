package metaservice.launcher.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import metaservice.spi.Health;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DatabaseCheckTest {

    private final AtomicInteger opened = new AtomicInteger();

    @Test
    void resultIsSharedForASecond() throws Exception {
        DatabaseCheck check = new DatabaseCheck(List.of(database(() -> connection(true))));
        for (int i = 0; i < 50; i++) {
            assertTrue(result(check).up());
        }
        assertEquals(1, opened.get());
    }

    @Test
    void databaseThatHangsIsReportedInTimeAndCheckedOnce() throws Exception {
        CountDownLatch ends = new CountDownLatch(1);
        DatabaseCheck check = new DatabaseCheck(List.of(database(() -> {
            await(ends);
            return connection(true);
        })));
        long begin = System.nanoTime();
        List<CompletableFuture<Health>> probes = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            probes.add(check.health().toCompletableFuture());
        }
        for (CompletableFuture<Health> probe : probes) {
            assertFalse(probe.get(20, TimeUnit.SECONDS).up());
        }
        Duration waited = Duration.ofNanos(System.nanoTime() - begin);
        assertTrue(waited.toMillis() < 2_000, waited::toString);
        begin = System.nanoTime();
        assertEquals("the database has not answered in time", result(check).detail());
        assertTrue(Duration.ofNanos(System.nanoTime() - begin).toMillis() < 500, "the check is overdue already");
        assertEquals(1, opened.get());
        ends.countDown();
    }

    @ParameterizedTest
    @CsvSource({
        "08001, the database does not answer",
        "57P03, the database does not answer",
        "28P01, the database refuses the login",
        "3D000, the database does not answer",
        "53300, ''"
    })
    void reasonIsThatOfTheFailure(String state, String reason) throws Exception {
        DatabaseCheck check = new DatabaseCheck(List.of(database(() -> {
            throw new SQLException("10.0.0.1 is not told to clients", state);
        })));
        Health health = result(check);
        assertEquals(reason, health.detail());
        assertEquals(reason.isEmpty(), health.up());
    }

    @Test
    void everyDatabaseHasToAnswer() throws Exception {
        DataSource good = database(() -> connection(true));
        DataSource silent = database(() -> connection(false));
        assertFalse(result(new DatabaseCheck(List.of(good, silent))).up());
        assertTrue(result(new DatabaseCheck(List.of(good, good))).up());
    }

    private static Health result(DatabaseCheck check) throws Exception {
        return check.health().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private static void await(CountDownLatch latch) throws SQLException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLException(e);
        }
    }

    private interface Opening {
        Connection open() throws SQLException;
    }

    private DataSource database(Opening opening) {
        return (DataSource) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, arguments) -> {
                    assertEquals("getConnection", method.getName());
                    opened.incrementAndGet();
                    return opening.open();
                });
    }

    private static Connection connection(boolean isValid) {
        return (Connection) Proxy.newProxyInstance(
                DatabaseCheckTest.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                (proxy, method, arguments) -> method.getName().equals("isValid") ? isValid : null);
    }
}
