package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MainTest {

    private static final String PING = "{\"name\": \"ping\", \"request\": {\"method\": \"GET\", \"path\": \"/ping\"}, "
            + "\"response\": {\"status\": 200, \"headers\": {\"METADATA_SERVICE_VERSION\": \"2.5.1\"}, "
            + "\"body\": {\"text\": \"pong\"}}}";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void writeATranscript() throws IOException {
        file = Files.write(folder.resolve("ping.jsonl"), List.of(PING));
    }

    @Test
    void aServiceThatAnswersAsRecordedPasses() throws IOException {
        try (RawServer server = pinging("2.5.1")) {
            assertEquals(0, run("--base-url", server.address().toString(), file.toString()));
        }
        assertEquals("1 passed, 0 failed\n", text(out));
    }

    @Test
    void differencesArePrintedWithTheirPlace() throws IOException {
        try (RawServer server = pinging("3.0.0")) {
            assertEquals(1, run("--base-url", server.address().toString(), file.toString()));
        }
        assertTrue(text(out).contains("ping.jsonl:1 ping: header METADATA_SERVICE_VERSION: '3.0.0'"), text(out));
        assertTrue(text(out).endsWith("0 passed, 1 failed\n"), text(out));
    }

    @Test
    void theVersionUnderTestCanBeDeclared() throws IOException {
        try (RawServer server = pinging("3.0.0")) {
            String address = server.address().toString();
            assertEquals(0, run("--base-url", address, "--service-version", "3.0.0", file.toString()));
        }
    }

    @Test
    void skippedFilesAreCounted() {
        assertEquals(0, run("--service", "other=http://127.0.0.1:1", file.toString()));
        assertTrue(text(out).endsWith("1 files skipped\n0 passed, 0 failed\n"), text(out));
    }

    @Test
    void helpGoesToStandardOutputWithExitCodeZero() {
        assertEquals(0, run("--help"));
        assertTrue(text(out).contains("--jdbc-url"));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "y.jsonl, --base-url is missing",
                "--base-url, Missing required parameter for option '--base-url' (URL)",
                "--base-url http://127.0.0.1:1, Missing required parameter: 'FILE'",
                "--base-url ftp://x y.jsonl, Invalid value for option '--base-url': 'ftp://x': expected http://host:port",
                "--nope x, Unknown option: '--nope'",
                "--service nope y.jsonl, (NAME=URL) should be in KEY=VALUE format but was nope"
            })
    void wrongUsageIsExplained(String arguments, String problem) {
        assertEquals(2, run(arguments.split(" ", -1)));
        assertTrue(text(err).endsWith(problem + " (--help explains the usage)\n"), text(err));
        assertEquals(1, text(err).lines().count());
    }

    @Test
    void aMissingFileIsAFailure() {
        assertEquals(
                1,
                run("--base-url", "http://127.0.0.1:1", folder.resolve("none").toString()));
        assertEquals(1, text(err).lines().count());
    }

    private static RawServer pinging(String version) throws IOException {
        String answer = "HTTP/1.1 200 OK\r\nMETADATA_SERVICE_VERSION: " + version + "\r\nContent-Length: 4\r\n\r\npong";
        return new RawServer(request -> answer);
    }

    private int run(String... args) {
        return Main.run(printer(out), printer(err), args);
    }

    private static PrintStream printer(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    private static String text(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
