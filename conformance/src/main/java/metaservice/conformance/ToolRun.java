package metaservice.conformance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Result of a run of a command line tool.
 *
 * @param exit exit code
 * @param stdout its whole standard output
 * @param stderr its whole standard error output
 */
record ToolRun(int exit, String stdout, String stderr) {

    /**
     * Runs a command to its end.
     *
     * @throws IOException if it cannot be started or takes longer than the timeout; in the latter case it is killed
     */
    static ToolRun of(List<String> command, Duration timeout) throws IOException, InterruptedException {
        // Files rather than pipes: a full pipe would block the tool until it is read.
        Path out = Files.createTempFile("tool", ".out");
        Path err = Files.createTempFile("tool", ".err");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            process.getOutputStream().close();
            try {
                if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new IOException(command.get(0) + " did not end within " + timeout.toSeconds() + " s");
                }
            } finally {
                process.destroyForcibly();
            }
            return new ToolRun(
                    process.exitValue(),
                    Files.readString(out, StandardCharsets.UTF_8),
                    Files.readString(err, StandardCharsets.UTF_8));
        } finally {
            Files.delete(out);
            Files.delete(err);
        }
    }

    /** Differences from the recorded run; stderr is not compared, because the recordings do not contain it. */
    List<String> problems(Step.Command expected) {
        List<String> problems = new ArrayList<>();
        if (exit != expected.exit()) {
            problems.add("exit " + exit + ", expected " + expected.exit() + "; stderr: " + stderr.strip());
        }
        if (!stdout.equals(expected.stdout())) {
            problems.add("stdout '" + stdout + "', expected '" + expected.stdout() + "'");
        }
        return problems;
    }
}
