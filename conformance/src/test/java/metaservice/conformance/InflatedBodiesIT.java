package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.NullNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every service version inflates request bodies, as the reference does. {@link BodyLimitIT} tests the limits. */
@Tag("extended")
class InflatedBodiesIT {

    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final String BODY = "{\"user_name\": \"älice\", \"tags\": [\"ü\"], \"system_tags\": []}";

    static List<Generation> generations() {
        return Generation.bundled();
    }

    @ParameterizedTest
    @MethodSource("generations")
    void bodiesAreInflated(Generation generation) throws Exception {
        try (TestDatabase database =
                        TestDatabases.at(generation.newestOwnSchema().number());
                LauncherProcess launcher = LauncherProcess.start(database.environment())) {
            assertEquals(generation.version().toString(), launcher.serviceVersion());
            URI service = launcher.metadata();
            assertStored(launcher, "Gzip", "gzip", gzip(BODY));
            assertStored(launcher, "Upper", "GZIP", gzip(BODY));
            assertStored(launcher, "XGzip", "x-gzip", gzip(BODY));
            assertStored(launcher, "Zlib", "deflate", deflate(BODY, false));
            assertStored(launcher, "Bare", "Deflate", deflate(BODY, true));
            assertStored(launcher, "Identity", "identity", BODY.getBytes(StandardCharsets.UTF_8));
            RawExchange unknown = post(service, "/flows/Unknown", "br", gzip(BODY));
            assertEquals(List.of(415), unknown.statuses(), unknown::start);
            assertTrue(unknown.text().contains("\r\nAccept-Encoding: gzip, deflate, identity\r\n"), unknown::start);
            assertTrue(unknown.body().contains("gzip, deflate, identity"), unknown::start);
            RawExchange damaged = post(service, "/flows/Damaged", "gzip", BODY.getBytes(StandardCharsets.UTF_8));
            assertEquals(List.of(400), damaged.statuses(), damaged::start);
            assertTrue(damaged.body().contains("expected gzip data"), damaged::start);
            launcher.stop();
            assertEquals(List.of(), launcher.errors());
        }
    }

    private static void assertStored(LauncherProcess launcher, String flow, String coding, byte[] body)
            throws IOException {
        RawExchange created = post(launcher.metadata(), "/flows/" + flow, coding, body);
        assertEquals(List.of(200), created.statuses(), created::start);
        Answer stored = launcher.ask("GET", "/flows/" + flow, NullNode.getInstance());
        assertEquals("älice", stored.body().path("user_name").textValue(), stored::toString);
    }

    private static RawExchange post(URI service, String path, String coding, byte[] body) throws IOException {
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes(("POST " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Encoding: " + coding
                        + "\r\nContent-Length: " + body.length + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        request.writeBytes(body);
        return RawExchange.of(service, request.toByteArray(), DEADLINE);
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(sent)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return sent.toByteArray();
    }

    private static byte[] deflate(String text, boolean bare) throws IOException {
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, bare);
        try (OutputStream out = new DeflaterOutputStream(sent, deflater)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        } finally {
            deflater.end();
        }
        return sent.toByteArray();
    }
}
