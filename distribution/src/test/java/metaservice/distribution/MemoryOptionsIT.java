package metaservice.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The JVM options that the start script chooses by the memory limit of the container. */
class MemoryOptionsIT {

    private static final Path SCRIPT =
            Path.of("target", "metaservice", "lib", "memory.sh").toAbsolutePath();

    private static List<String> options(String limit, String ofOperator) throws Exception {
        Process shell = new ProcessBuilder(
                        "/bin/sh",
                        "-euc",
                        ". \"$0\"; memory_options \"$1\" \"$2\"",
                        SCRIPT.toString(),
                        limit,
                        ofOperator)
                .redirectErrorStream(true)
                .start();
        String out = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, shell.waitFor(), out);
        return List.of(out.strip().split("\\s+"));
    }

    @ParameterizedTest(name = "limit of {0} MiB: {1}")
    @CsvSource({
        "'',   -XX:MaxRAMPercentage=60",
        "64,   -Xmx48m",
        "256,  -Xmx100m",
        "399,  -Xmx239m",
        "400,  -Xmx224m",
        "512,  -Xmx307m",
        "1024, -XX:MaxRAMPercentage=60"
    })
    void heapLeavesRoomForTheRest(String limit, String heap) throws Exception {
        assertEquals(heap, options(limit, "").get(0));
    }

    @Test
    void onlySmallContainersGetMoreOptions() throws Exception {
        assertEquals(1, options("", "").size());
        assertEquals(1, options("4096", "").size());
        assertTrue(options("256", "").contains("-XX:TieredStopAtLevel=1"));
        assertTrue(!options("512", "").contains("-XX:TieredStopAtLevel=1"));
    }

    @Test
    void optionsOfTheOperatorTakePrecedence() throws Exception {
        String own = "-XX:MaxRAMPercentage=50 -XX:+UseG1GC";
        List<String> options = options("256", own);
        assertTrue(options.stream().noneMatch(option -> option.startsWith("-Xmx") || option.contains("GC")), own);
    }
}
