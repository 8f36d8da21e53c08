package metaservice.kit;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * Splits and decodes paths and queries. Paths are matched as they were sent: only parameters are percent-decoded, never
 * fixed segments. Each character is a byte of the request line. A byte of UTF-8 means the same whether it is
 * percent-encoded or not.
 */
final class PathSegments {

    private PathSegments() {}

    /** The segments between slashes. The second segment of {@code /flows/} is empty and matches no route. */
    static List<String> of(String path) {
        return List.of(path.substring(1).split("/", -1));
    }

    /**
     * Decodes one segment.
     *
     * @throws ClientError 400 if a percent escape is malformed or the bytes are not UTF-8
     */
    static String decode(String name, String segment) {
        byte[] bytes = unescape(segment)
                .orElseThrow(() -> ClientError.badRequest(name + ": malformed percent escape in the path"));
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw ClientError.badRequest(name + ": the path is not valid UTF-8", e);
        }
    }

    /** A path as it was sent, for messages; each of its characters is a byte of UTF-8. */
    static String shown(String path) {
        return new String(path.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    /** Decodes a name or value of a query. A plus sign is a space; text with a malformed escape is not decoded. */
    static String decodeQuery(String text) {
        String spaced = text.replace('+', ' ');
        return unescape(spaced)
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                .orElse(spaced);
    }

    private static Optional<byte[]> unescape(String text) {
        byte[] raw = text.getBytes(StandardCharsets.ISO_8859_1);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(raw.length);
        for (int i = 0; i < raw.length; i++) {
            if (raw[i] != '%') {
                bytes.write(raw[i]);
                continue;
            }
            int high = i + 2 < raw.length ? Character.digit(raw[i + 1], 16) : -1;
            int low = i + 2 < raw.length ? Character.digit(raw[i + 2], 16) : -1;
            if (high < 0 || low < 0) {
                return Optional.empty();
            }
            bytes.write(high << 4 | low);
            i += 2;
        }
        return Optional.of(bytes.toByteArray());
    }
}
