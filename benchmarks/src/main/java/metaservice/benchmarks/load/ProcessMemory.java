package metaservice.benchmarks.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Memory of a process of Linux, from {@code /proc/<pid>/status}.
 *
 * @param resident what it has now, in megabytes
 * @param mostResident the most that it has had, in megabytes
 */
record ProcessMemory(double resident, double mostResident) {

    static ProcessMemory of(long pid) throws IOException {
        return parse(Files.readString(Path.of("/proc", Long.toString(pid), "status")));
    }

    static ProcessMemory parse(String status) {
        return new ProcessMemory(megabytes(status, "VmRSS"), megabytes(status, "VmHWM"));
    }

    private static double megabytes(String status, String name) {
        Matcher line = Pattern.compile("(?m)^" + name + ":\\s+([0-9]+) kB$").matcher(status);
        if (!line.find()) {
            throw new IllegalArgumentException(name + " is missing");
        }
        return Long.parseLong(line.group(1)) * 1024 / 1e6;
    }
}
