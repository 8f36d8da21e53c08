package metaservice.launcher.swap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import metaservice.launcher.service.BundledService;
import metaservice.launcher.service.ServiceCatalog;
import metaservice.launcher.service.ServiceCatalogTest;
import metaservice.migrations.SchemaState;
import metaservice.migrations.SchemaStatus;
import metaservice.migrations.SchemaVersion;
import metaservice.migrations.ServiceVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NextStepTest {

    private static final Duration NOW = Duration.ofHours(1);
    private static final ServiceCatalog CATALOG = ServiceCatalogTest.threeServices();
    private static final List<SchemaVersion> BUNDLED =
            List.of(new SchemaVersion(1), new SchemaVersion(20200603104139L), new SchemaVersion(20260706000003L));

    @ParameterizedTest(name = "schema {0}, floor {1}, serving {2}, last {3}, failed {4}, swaps {5}: {6}")
    @CsvSource(
            nullValues = "-",
            value = {
                // the wanted version serves
                "20260706000003,     -, 3.0.0, 3.0.0, -,           on,  Stay",
                "1,                  -, 1.0.1, 1.0.1, -,           off, Stay",
                // another version is wanted
                "20260706000003,     -, 1.0.1, 1.0.1, -,           on,  Start 3.0.0",
                "20200603104139,     -, 1.0.1, 1.0.1, -,           on,  Start 2.5.1",
                "1,                  -, 3.0.0, 3.0.0, -,           on,  Start 1.0.1",
                "20260706000003,     -, 1.0.1, 1.0.1, -,           off, AwaitRestart 3.0.0",
                // the wanted version failed: it is tried again after its backoff, and no version in between is started
                "20260706000003,     -, 1.0.1, 1.0.1, 3.0.0@+2,    on,  Wait +2",
                "20260706000003,     -, 1.0.1, 1.0.1, 3.0.0@0,     on,  Start 3.0.0",
                "20260706000003,     -, 1.0.1, 1.0.1, 2.5.1@+2,    on,  Start 3.0.0",
                // no version is admitted
                "20260706000003, 4.0.0, 3.0.0, 3.0.0, -,           on,  ShutOut",
                "20260706000003, 4.0.0, 3.0.0, 3.0.0, -,           off, ShutOut",
                "20260706000003, 4.0.0,     -, 3.0.0, -,           on,  ShutOut",
                // no service runs: the wanted version is started
                "20260706000003,     -,     -, 3.0.0, -,           on,  Start 3.0.0",
                "20260706000003,     -,     -, 1.0.1, -,           on,  Start 3.0.0",
                // no service runs: an older version is started only if the wait for the wanted one is 15 s or more
                "20260706000003,     -,     -, 3.0.0, 3.0.0@+2,    on,  Wait +2",
                "20260706000003,     -,     -, 3.0.0, 3.0.0@+14,   on,  Wait +14",
                "20260706000003,     -,     -, 3.0.0, 3.0.0@+15,   on,  Start 2.5.1",
                "20260706000003, 3.0.0,     -, 3.0.0, 3.0.0@+2,    on,  Wait +2",
                "1,                  -,     -, 1.0.1, 1.0.1@+8,    on,  Wait +8",
                // swaps are off: a dead service is replaced by the same version
                "20260706000003,     -,     -, 1.0.1, -,           off, Start 1.0.1",
                "20260706000003,     -,     -, 1.0.1, 1.0.1@+4,    off, Wait +4",
                "20260706000003, 2.0.0,     -, 1.0.1, -,           off, Start 3.0.0",
                // the database was emptied
                "0,                  -, 3.0.0, 3.0.0, -,           on,  Stay",
            })
    void situationDecides(
            long schema, String floor, String serving, String last, String failed, String swaps, String expected) {
        SchemaStatus status = new SchemaStatus(
                schema == 0 ? SchemaState.EMPTY : SchemaState.FLYWAY,
                new SchemaVersion(schema),
                BUNDLED,
                List.of(),
                false,
                Optional.ofNullable(floor).map(ServiceVersion::parse));
        NextStep step = NextStep.decide(new NextStep.Situation(
                VersionChoice.decide(status, CATALOG),
                CATALOG.compatible(status.schemaVersion(), status.lowestService()),
                Optional.ofNullable(serving).map(NextStepTest::service),
                Optional.ofNullable(last).map(NextStepTest::service),
                failures(Optional.ofNullable(failed)),
                swaps.equals("on"),
                NOW));
        assertEquals(expected, text(step));
    }

    @Test
    void backoffDoublesUpToAMinute() {
        ServiceVersion version = ServiceVersion.parse("3.0.0");
        StartFailures failures = StartFailures.NONE;
        for (int expected : new int[] {1, 2, 4, 8, 16, 32, 60, 60}) {
            failures = failures.notStarted(version, "no", NOW);
            assertEquals(NOW.plusSeconds(expected), failures.retryAt(version));
        }
        assertEquals(8, failures.of(version).orElseThrow().count());
        assertEquals(StartFailures.NONE, failures.without(version));
    }

    @Test
    void firstDeathOfAServiceHasNoBackoff() {
        ServiceVersion version = ServiceVersion.parse("3.0.0");
        StartFailures once = StartFailures.NONE.died(version, "dead", NOW);
        assertEquals(NOW, once.retryAt(version));
        assertEquals(NOW.plusSeconds(1), once.died(version, "dead", NOW).retryAt(version));
    }

    @Test
    void swapCannotFailAfterTheSwitch() {
        assertFalse(SwapState.DRAINING.canBecome(SwapState.FAILED));
        assertTrue(SwapState.STARTING.canBecome(SwapState.FAILED));
    }

    private static BundledService service(String version) {
        return CATALOG.services().stream()
                .filter(service -> service.version().toString().equals(version))
                .findFirst()
                .orElseThrow();
    }

    private static StartFailures failures(Optional<String> text) {
        if (text.isEmpty()) {
            return StartFailures.NONE;
        }
        String[] parts = text.get().split("@", 2);
        ServiceVersion version = ServiceVersion.parse(parts[0]);
        Duration retryAt = NOW.plusSeconds(Long.parseLong(parts[1].replace("+", "")));
        return StartFailures.NONE.notStarted(version, "no", retryAt.minusSeconds(1));
    }

    private static String text(NextStep step) {
        if (step instanceof NextStep.Start start) {
            return "Start " + start.service().version();
        }
        if (step instanceof NextStep.AwaitRestart await) {
            return "AwaitRestart " + await.service().version();
        }
        if (step instanceof NextStep.Wait wait) {
            return "Wait +" + wait.until().minus(NOW).toSeconds();
        }
        return step.getClass().getSimpleName();
    }
}
