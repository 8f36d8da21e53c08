package metaservice.benchmarks.load;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What a table has to name besides its numbers. */
final class Machine {

    private Machine() {}

    /** Processors and Java in words. */
    static String description() throws IOException {
        return Runtime.getRuntime().availableProcessors() + " processors (" + processorModel() + "), Java "
                + Runtime.version();
    }

    /** The load average of the last minute; negative if the system does not have one. */
    static double loadAverage() {
        return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }

    private static String processorModel() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        }
    }
}
