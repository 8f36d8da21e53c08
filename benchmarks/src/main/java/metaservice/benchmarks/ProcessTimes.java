package metaservice.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Processor time of processes, from {@code /proc} of Linux.
 *
 * @param micros of all their threads, in user and kernel mode
 */
record ProcessTimes(long micros) {

    /** The kernel counts in hundredths of a second on all systems that this runs on. */
    private static final long MICROS_PER_TICK = 10_000;

    private static final int USER = 11;
    private static final int SYSTEM = 12;

    /** Of a process and all its descendants that live. */
    static ProcessTimes of(ProcessHandle process) throws IOException {
        long ticks = 0;
        for (ProcessHandle one :
                Stream.concat(Stream.of(process), process.descendants()).toList()) {
            Path stat = Path.of("/proc", Long.toString(one.pid()), "stat");
            if (Files.exists(stat)) {
                ticks += ticks(Files.readString(stat));
            }
        }
        return new ProcessTimes(ticks * MICROS_PER_TICK);
    }

    /** Reads the line of {@code /proc/pid/stat}; the name of the program in it may contain blanks and parentheses. */
    static long ticks(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return Long.parseLong(fields[USER]) + Long.parseLong(fields[SYSTEM]);
    }

    /** Resident memory of a process in MiB. */
    static long residentMib(ProcessHandle process) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024)
                .findFirst()
                .orElse(0);
    }
}
