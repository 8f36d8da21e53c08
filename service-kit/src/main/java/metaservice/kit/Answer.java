package metaservice.kit;

import com.fasterxml.jackson.core.JsonGenerator;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The answer of an endpoint. Immutable; the router sends it once. */
public sealed interface Answer extends Outcome {

    @Override
    default Answer get() {
        return this;
    }

    /** Whether sending it may block: if it is long, or holds a database connection. */
    default boolean maySendingBlock() {
        return this instanceof Json json && !json.isShort();
    }

    /** The HTTP status. */
    int status();

    /** Headers in addition to the content type and the service version. */
    Map<String, String> headers();

    /** Plain text. */
    record Text(int status, String text, Map<String, String> headers) implements Answer {}

    /**
     * A JSON value. The body is written when the answer is sent. A long one is sent while it is written, so it takes
     * constant memory.
     *
     * @param isShort whether the body is in memory and has at most 256 KiB
     */
    record Json(int status, Body body, boolean isShort, Map<String, String> headers) implements Answer {}

    /** A file of the service's own jar. */
    record File(int status, String contentType, ByteBuffer bytes, Map<String, String> headers) implements Answer {}

    /** Writes exactly one JSON value. */
    @FunctionalInterface
    interface Body {
        /** Called on a worker thread. A failure before the first byte is sent becomes an error answer. */
        void writeTo(JsonGenerator json) throws Exception;

        /**
         * The permits for sending a long body while it is written; present if {@link #writeTo} holds a database connection
         * while it writes. {@link #writeTo} may then be called a second time and must start from the beginning.
         */
        default Optional<LongReadPermits> permits() {
            return Optional.empty();
        }
    }

    /** Status 200 and plain text. */
    static Answer text(String text) {
        return new Text(200, text, Map.of());
    }

    /** Status 200 and a file. The caller must not change the bytes afterwards. */
    static Answer file(String contentType, byte[] bytes) {
        return new File(200, contentType, ByteBuffer.wrap(bytes).asReadOnlyBuffer(), Map.of());
    }

    /** A JSON value with a status. */
    static Answer json(int status, Body body) {
        return new Json(status, body, false, Map.of());
    }

    /** A JSON value that is in memory and has at most 256 KiB, with a status. */
    static Answer shortJson(int status, Body body) {
        return new Json(status, body, true, Map.of());
    }

    /** Status 200 and a JSON value whose body holds a database connection while it writes. */
    static Answer whileReading(LongReadPermits permits, Body body) {
        return json(200, new Body() {
            @Override
            public void writeTo(JsonGenerator json) throws Exception {
                body.writeTo(json);
            }

            @Override
            public Optional<LongReadPermits> permits() {
                return Optional.of(permits);
            }
        });
    }

    /** A JSON string, which may contain JSON: the format of the reference for heartbeats and database errors. */
    static Answer jsonString(int status, String value) {
        return shortJson(status, json -> json.writeString(value));
    }

    /** An object without members. */
    static Answer emptyObject(int status) {
        return shortJson(status, json -> {
            json.writeStartObject();
            json.writeEndObject();
        });
    }

    /** An object with one member {@code message}: the format of errors that the service itself finds. */
    static Answer message(int status, String message) {
        return shortJson(status, json -> {
            json.writeStartObject();
            json.writeStringField("message", message);
            json.writeEndObject();
        });
    }

    /** The same answer with one more header. */
    default Answer with(String header, String value) {
        Map<String, String> more = new HashMap<>(headers());
        more.put(header, value);
        if (this instanceof Text text) {
            return new Text(text.status(), text.text(), Map.copyOf(more));
        }
        if (this instanceof File file) {
            return new File(file.status(), file.contentType(), file.bytes(), Map.copyOf(more));
        }
        Json json = (Json) this;
        return new Json(json.status(), json.body(), json.isShort(), Map.copyOf(more));
    }
}
