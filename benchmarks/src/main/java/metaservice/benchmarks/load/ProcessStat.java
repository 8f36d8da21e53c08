package metaservice.benchmarks.load;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Process times of Linux, from {@code /proc/<pid>/stat}.
 *
 * @param parent the id of the parent process
 * @param own user and system time of all threads, in ticks
 * @param ofChildren the same of ended children that the process waited for
 */
record ProcessStat(long parent, long own, long ofChildren) {

    /** Linux reports 100 ticks per second to programs on every platform that this project supports. */
    static final long MICROS_PER_TICK = 10_000;

    private static final Path PROC = Path.of("/proc");

    /** Reads one line in the format of {@code proc(5)}; the second field may contain blanks and parentheses. */
    static ProcessStat parse(String line) {
        String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
        return new ProcessStat(
                Long.parseLong(fields[1]),
                Long.parseLong(fields[11]) + Long.parseLong(fields[12]),
                Long.parseLong(fields[13]) + Long.parseLong(fields[14]));
    }

    static ProcessStat of(long pid) throws IOException {
        return parse(Files.readString(PROC.resolve(pid + "/stat")));
    }

    /** Processor time of a process, its ended children and its running children, in microseconds since it started. */
    static long microsWithChildren(long pid) throws IOException {
        ProcessStat process = of(pid);
        long ticks = process.own() + process.ofChildren();
        for (ProcessStat child : childrenOf(pid)) {
            ticks += child.own() + child.ofChildren();
        }
        return ticks * MICROS_PER_TICK;
    }

    private static List<ProcessStat> childrenOf(long pid) throws IOException {
        List<ProcessStat> children = new ArrayList<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path process : processes) {
                try {
                    ProcessStat stat = parse(Files.readString(process.resolve("stat")));
                    if (stat.parent() == pid) {
                        children.add(stat);
                    }
                } catch (IOException e) {
                    // The process has ended meanwhile; its parent has its time.
                }
            }
        }
        return children;
    }
}
