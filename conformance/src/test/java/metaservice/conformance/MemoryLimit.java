package metaservice.conformance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import metaservice.migrations.Eventually;

/**
 * The memory of a container for one launcher. If this machine allows it, a control group limits the memory, and the kernel
 * kills the launcher if it needs more. Otherwise the launcher gets the JVM options for a container of this size, and its
 * memory is only measured.
 */
abstract sealed class MemoryLimit implements AutoCloseable {

    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final long MIB = 1 << 20;

    private final int mib;

    private MemoryLimit(int mib) {
        this.mib = mib;
    }

    /** A limit; a control group if this machine allows one. */
    static MemoryLimit of(int mib) {
        for (Hierarchy hierarchy : Hierarchy.values()) {
            if (Files.isWritable(hierarchy.root) && Files.exists(hierarchy.root.resolve(hierarchy.needed))) {
                Optional<MemoryLimit> group = group(mib, hierarchy);
                if (group.isPresent()) {
                    return group.get();
                }
            }
        }
        return new Options(mib);
    }

    /** Empty if the system refuses the group, or the memory controller is not enabled for groups there. */
    private static Optional<MemoryLimit> group(int mib, Hierarchy hierarchy) {
        Path folder =
                hierarchy.root.resolve("metaservice-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet());
        try {
            Files.createDirectory(folder);
            if (Files.exists(folder.resolve(hierarchy.limit)) && Files.exists(folder.resolve(hierarchy.peak))) {
                return Optional.of(new Group(mib, hierarchy, folder));
            }
            Files.delete(folder);
            return Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    final int mib() {
        return mib;
    }

    /** How the memory is limited, for messages. */
    abstract String kind();

    /** The command that runs a program with this limit, without the program itself. */
    abstract List<String> command();

    /** Environment variables for the launcher. */
    abstract Map<String, String> environment() throws IOException, InterruptedException;

    /** Largest memory so far, in MiB. */
    abstract long peakMib(ProcessHandle launcher) throws IOException;

    /** To be called after the end of the launcher. */
    @Override
    public abstract void close() throws IOException;

    private enum Hierarchy {
        V1("/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.limit_in_bytes", "memory.max_usage_in_bytes"),
        V2("/sys/fs/cgroup", "cgroup.controllers", "memory.max", "memory.peak");

        private final Path root;
        private final String needed;
        private final String limit;
        private final String peak;

        Hierarchy(String root, String needed, String limit, String peak) {
            this.root = Path.of(root);
            this.needed = needed;
            this.limit = limit;
            this.peak = peak;
        }
    }

    /** A control group. */
    private static final class Group extends MemoryLimit {

        private final Hierarchy hierarchy;
        private final Path folder;

        Group(int mib, Hierarchy hierarchy, Path folder) throws IOException {
            super(mib);
            this.hierarchy = hierarchy;
            this.folder = folder;
            Files.writeString(folder.resolve(hierarchy.limit), Long.toString(mib * MIB));
            // Without these two files the kernel has no swap.
            for (String swap : List.of("memory.memsw.limit_in_bytes", "memory.swap.max")) {
                if (Files.exists(folder.resolve(swap))) {
                    Files.writeString(folder.resolve(swap), swap.startsWith("memory.memsw") ? mib * MIB + "" : "0");
                }
            }
        }

        @Override
        String kind() {
            return "control group";
        }

        @Override
        List<String> command() {
            return List.of("/bin/sh", "-c", "echo $$ > " + folder.resolve("cgroup.procs") + " && exec \"$@\"", "sh");
        }

        @Override
        Map<String, String> environment() {
            return Map.of("JAVA_OPTS", "");
        }

        @Override
        long peakMib(ProcessHandle launcher) throws IOException {
            return Long.parseLong(
                            Files.readString(folder.resolve(hierarchy.peak)).strip())
                    / MIB;
        }

        @Override
        public void close() throws IOException {
            Eventually.await(
                    "the group is empty",
                    () -> Files.readString(folder.resolve("cgroup.procs")).isBlank());
            Files.delete(folder);
        }
    }

    /** JVM options. */
    private static final class Options extends MemoryLimit {

        Options(int mib) {
            super(mib);
        }

        @Override
        String kind() {
            return "JVM options";
        }

        @Override
        List<String> command() {
            return List.of();
        }

        @Override
        Map<String, String> environment() throws IOException, InterruptedException {
            Path script = Distribution.assembled().library("memory.sh");
            Process shell = new ProcessBuilder(
                            "/bin/sh", "-c", ". \"$0\"; memory_options \"$1\" ''", script.toString(), mib() + "")
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            Map<String, String> environment = new HashMap<>(Map.of("MALLOC_ARENA_MAX", "2"));
            environment.put(
                    "JAVA_OPTS",
                    new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8).replace('\n', ' '));
            if (!shell.waitFor(10, TimeUnit.SECONDS) || shell.exitValue() != 0) {
                throw new IOException(script + " failed");
            }
            return environment;
        }

        @Override
        long peakMib(ProcessHandle launcher) throws IOException {
            return Files.readAllLines(Path.of("/proc", Long.toString(launcher.pid()), "status")).stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024)
                    .findFirst()
                    .orElseThrow();
        }

        @Override
        public void close() {
            // Nothing was created.
        }
    }
}
