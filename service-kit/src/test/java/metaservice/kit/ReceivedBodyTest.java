package metaservice.kit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReceivedBodyTest {

    private static final int MAX_BYTES = 1 << 20;

    private static final byte[] TEXT =
            "{\"tags\": [\"ä\"], \"more\": \"text text text\"}".getBytes(StandardCharsets.UTF_8);

    /** Larger than the free part, so that every body of these tests needs the budget. */
    private final BodyBudget budget = new BodyBudget(new FixedMemory.Budget(MAX_BYTES));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gzip",
                "GZip",
                "x-gzip",
                "deflate",
                "bare deflate",
                "identity",
                "",
                "gzip, deflate",
                "gzip,,gzip"
            })
    void acceptedCodingsAreRemoved(String codings) {
        assertArrayEquals(TEXT, decoded(encoded(TEXT, codings), codings.replace("bare ", "")));
    }

    @Test
    void theLastCodingIsRemovedFirst() {
        byte[] sent = gzip(deflate(TEXT, false));
        assertArrayEquals(TEXT, decoded(sent, "deflate, gzip"));
        assertEquals(400, status(sent, "gzip, deflate"));
    }

    @Test
    void severalHeadersAreOneList() {
        byte[] sent = gzip(deflate(TEXT, false));
        assertArrayEquals(TEXT, new ReceivedBody(sent, budget).decoded(List.of("deflate", "gzip"), MAX_BYTES));
    }

    @Test
    void gzipMembersAreJoined() {
        byte[] twice = concatenated(
                gzip("{\"a\":".getBytes(StandardCharsets.UTF_8)), gzip("1}".getBytes(StandardCharsets.UTF_8)));
        assertEquals("{\"a\":1}", new String(decoded(twice, "gzip"), StandardCharsets.UTF_8));
    }

    @Test
    void optionalPartsOfTheGzipHeaderAreSkipped() {
        byte[] plain = gzip(TEXT);
        byte[] parts = "\3\0abcname\0comment\0xx".getBytes(StandardCharsets.ISO_8859_1);
        byte[] sent = concatenated(Arrays.copyOf(plain, 10), parts, Arrays.copyOfRange(plain, 10, plain.length));
        sent[3] = 2 | 4 | 8 | 16;
        assertArrayEquals(TEXT, decoded(sent, "gzip"));
    }

    @Test
    void bodyOfNoBytesHasNoCoding() {
        assertEquals(0, decoded(new byte[0], "gzip").length);
        assertEquals(0, decoded(new byte[0], "br").length);
    }

    @ParameterizedTest
    @ValueSource(strings = {"br", "zstd", "compress", "gzip, br", "gzip deflate", "*", "gzip;q=1"})
    void unknownCodingsAre415WithTheAcceptedOnes(String codings) {
        Answer refusal = refusal(gzip(TEXT), codings);
        assertEquals(415, refusal.status());
        assertEquals("gzip, deflate, identity", refusal.headers().get("Accept-Encoding"));
        assertTrue(message(refusal).contains("gzip, deflate, identity"), message(refusal));
    }

    @Test
    void moreThanFourCodingsAre415() {
        assertArrayEquals(TEXT, decoded(encoded(TEXT, "gzip,gzip,gzip,gzip"), "gzip,gzip,gzip,gzip"));
        assertEquals(415, status(encoded(TEXT, "gzip,gzip,gzip,gzip,gzip"), "gzip,gzip,gzip,gzip,gzip"));
    }

    @ParameterizedTest(name = "{0} cut to {1} bytes")
    @CsvSource({
        "gzip, 1",
        "gzip, 9",
        "gzip, 15",
        "gzip, -1",
        "gzip, -8",
        "deflate, 1",
        "deflate, 5",
        "deflate, -1",
        "bare deflate, 5"
    })
    void incompleteDataAre400(String coding, int length) {
        byte[] whole = encoded(TEXT, coding);
        byte[] sent = Arrays.copyOf(whole, length < 0 ? whole.length + length : length);
        Answer refusal = refusal(sent, coding.replace("bare ", ""));
        assertEquals(400, refusal.status());
        assertTrue(message(refusal).startsWith("body: expected " + coding.replace("bare ", "")), message(refusal));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "deflate", "bare deflate"})
    void bytesAfterTheEndAre400(String coding) {
        byte[] sent = concatenated(encoded(TEXT, coding), new byte[] {1, 2, 3});
        assertEquals(400, status(sent, coding.replace("bare ", "")));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 3, 20, -1, -4, -8})
    void damagedGzipDataAre400(int position) {
        byte[] sent = gzip(TEXT);
        sent[position < 0 ? sent.length + position : position] ^= (byte) 0xff;
        assertEquals(400, status(sent, "gzip"));
    }

    @Test
    void dataOfAnotherFormatAre400() {
        assertEquals(400, status(TEXT, "gzip"));
        assertEquals(400, status(TEXT, "deflate"));
        assertEquals(400, status(gzip(TEXT), "deflate"));
    }

    @Test
    void theLimitIsThatOfTheInflatedBody() {
        byte[] longest = new byte[MAX_BYTES];
        assertArrayEquals(longest, decoded(gzip(longest), "gzip"));
        assertEquals(413, status(gzip(new byte[MAX_BYTES + 1]), "gzip"));
        assertEquals(413, status(deflate(new byte[MAX_BYTES + 1], false), "deflate"));
    }

    /** Between two codings, too: a body of 64 MiB that is packed twice has a few hundred bytes. */
    @Test
    void eachFormOfTheBodyIsLimited() throws IOException {
        ByteArrayOutputStream twice = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(new GZIPOutputStream(twice))) {
            for (int i = 0; i < 64; i++) {
                out.write(new byte[1 << 20]);
            }
        }
        assertTrue(twice.size() < 1_000);
        assertEquals(413, status(twice.toByteArray(), "gzip, gzip"));
    }

    @Test
    void theBudgetCountsTheInflatedBody() {
        ReceivedBody first = new ReceivedBody(gzip(new byte[MAX_BYTES]), budget);
        first.decoded(List.of("gzip"), MAX_BYTES);
        assertFalse(budget.take(16 * 1024, 32 * 1024));
        assertEquals(503, status(gzip(new byte[64 * 1024]), "gzip"));
        first.release();
        assertEquals(64 * 1024, decoded(gzip(new byte[64 * 1024]), "gzip").length);
    }

    @Test
    void refusedBodiesReturnTheirPartOfTheBudget() {
        for (int i = 0; i < 10; i++) {
            assertEquals(413, status(gzip(new byte[MAX_BYTES + 1]), "gzip"));
        }
        assertTrue(budget.take(16 * 1024, MAX_BYTES));
    }

    private byte[] decoded(byte[] sent, String codings) {
        ReceivedBody body = new ReceivedBody(sent, budget);
        try {
            return body.decoded(List.of(codings), MAX_BYTES);
        } finally {
            body.release();
        }
    }

    private Answer refusal(byte[] sent, String codings) {
        return assertThrows(ClientError.class, () -> decoded(sent, codings)).answer();
    }

    private int status(byte[] sent, String codings) {
        return refusal(sent, codings).status();
    }

    private static String message(Answer answer) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        try (JsonGenerator json = Json.MAPPER.getFactory().createGenerator(body)) {
            ((Answer.Json) answer).body().writeTo(json);
            json.flush();
            return Json.parse(body.toByteArray()).path("message").asText();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] encoded(byte[] text, String codings) {
        byte[] sent = text;
        for (String coding : codings.split(",", -1)) {
            sent = switch (coding.strip().toLowerCase(Locale.ROOT)) {
                case "gzip", "x-gzip" -> gzip(sent);
                case "deflate" -> deflate(sent, false);
                case "bare deflate" -> deflate(sent, true);
                default -> sent;
            };
        }
        return sent;
    }

    private static byte[] gzip(byte[] text) {
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(sent)) {
            out.write(text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return sent.toByteArray();
    }

    private static byte[] deflate(byte[] text, boolean bare) {
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, bare);
        try (OutputStream out = new DeflaterOutputStream(sent, deflater)) {
            out.write(text);
        } catch (IOException e) {
            throw new AssertionError(e);
        } finally {
            deflater.end();
        }
        return sent.toByteArray();
    }

    private static byte[] concatenated(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
