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
        return options(limit, ofOperator, "24000", "17.0.15");
    }

    private static List<String> options(String limit, String ofOperator, String machine, String java) throws Exception {
        Process shell = new ProcessBuilder(
                        "/bin/sh",
                        "-euc",
                        ". \"$0\"; memory_options \"$@\"",
                        SCRIPT.toString(),
                        limit,
                        ofOperator,
                        machine,
                        java)
                .redirectErrorStream(true)
                .start();
        String out = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, shell.waitFor(), out);
        return List.of(out.strip().split("\\s+"));
    }

    @ParameterizedTest(name = "limit of {0} MiB, machine of {1} MiB: {2}")
    @CsvSource({
        "'',   24000, -Xmx2048m",
        "'',   2000,  -Xmx1200m",
        "'',   '',    -XX:MaxRAMPercentage=60",
        "64,   24000, -Xmx48m",
        "256,  24000, -Xmx100m",
        "399,  24000, -Xmx239m",
        "400,  24000, -Xmx224m",
        "512,  24000, -Xmx307m",
        "1024, 24000, -Xmx614m",
        "8192, 2000,  -Xmx1200m",
        "8192, 24000, -Xmx2048m"
    })
    void heapLeavesRoomForTheRest(String limit, String machine, String heap) throws Exception {
        assertEquals(heap, options(limit, "", machine, "17.0.15").get(0));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({"17.0.14, false", "17.0.15, true", "19.0.2, false", "21.0.1, false", "22, true", "25.0.3, true"})
    void onlyNewerJavaReturnsNativeMemory(String java, boolean returns) throws Exception {
        assertEquals(
                returns, options("", "", "24000", java).stream().anyMatch(option -> option.contains("TrimNativeHeap")));
    }

    @Test
    void onlySmallContainersGetSmallStacksAndCaches() throws Exception {
        assertTrue(options("256", "").contains("-Xss512k"));
        assertTrue(!options("4096", "").contains("-Xss512k"));
        assertTrue(options("256", "").contains("-XX:TieredStopAtLevel=1"));
        assertTrue(!options("512", "").contains("-XX:TieredStopAtLevel=1"));
    }

    @Test
    void optionsOfTheOperatorTakePrecedence() throws Exception {
        String own = "-XX:MaxRAMPercentage=50 -XX:+UseG1GC";
        List<String> options = options("256", own);
        assertTrue(options.stream().noneMatch(option -> option.startsWith("-Xmx") || option.contains("GC")), own);
        assertEquals(
                List.of("-XX:TrimNativeHeapInterval=5000", "-Xlog:trimnative=off"), options("", "-Xmx4g"), "own heap");
        assertTrue(options("", "-XX:+UseG1GC").stream().noneMatch(option -> option.contains("Parallel")));
    }
}
