package metaservice.kit;

import com.fasterxml.jackson.core.JsonGenerator;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What an endpoint answers. Immutable; the router sends it once. */
public sealed interface Answer {

    /** The HTTP status. */
    int status();

    /** Headers beyond the usual ones. */
    Map<String, String> headers();

    /** A plain text. */
    record Text(int status, String text, Map<String, String> headers) implements Answer {}

    /**
     * A JSON value. It is written when the answer is sent: long ones go to the client while they are being written, so
     * that memory stays constant.
     */
    record Json(int status, Body body, Map<String, String> headers) implements Answer {}

    /** A file of ours. */
    record File(int status, String contentType, ByteBuffer bytes, Map<String, String> headers) implements Answer {}

    /** Writes exactly one JSON value. */
    @FunctionalInterface
    interface Body {
        /** Called on a worker thread. A failure before the first flush still becomes an error answer. */
        void writeTo(JsonGenerator json) throws Exception;

        /**
         * The permits of which one is needed to send what {@link #writeTo} has written while it is still writing: present
         * if it holds a database connection meanwhile. Then it may be called a second time, from the beginning.
         */
        default Optional<SlowPermits> permits() {
            return Optional.empty();
        }
    }

    /** Status 200 and a text. */
    static Answer text(String text) {
        return new Text(200, text, Map.of());
    }

    /** Status 200 and a file; nobody may change the bytes any more. */
    static Answer file(String contentType, byte[] bytes) {
        return new File(200, contentType, ByteBuffer.wrap(bytes).asReadOnlyBuffer(), Map.of());
    }

    /** A JSON value with a status. */
    static Answer json(int status, Body body) {
        return new Json(status, body, Map.of());
    }

    /** Status 200 and a JSON value that is written while a database connection is held. */
    static Answer whileReading(SlowPermits permits, Body body) {
        return json(200, new Body() {
            @Override
            public void writeTo(JsonGenerator json) throws Exception {
                body.writeTo(json);
            }

            @Override
            public Optional<SlowPermits> permits() {
                return Optional.of(permits);
            }
        });
    }

    /** A JSON string, which may itself hold JSON: the reference answers heartbeats and database errors so. */
    static Answer jsonString(int status, String value) {
        return json(status, json -> json.writeString(value));
    }

    /** An object without members. */
    static Answer emptyObject(int status) {
        return json(status, json -> {
            json.writeStartObject();
            json.writeEndObject();
        });
    }

    /** An object with one member {@code message}: how we tell clients what is wrong with their request. */
    static Answer message(int status, String message) {
        return json(status, json -> {
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
        return new Json(json.status(), json.body(), Map.copyOf(more));
    }
}
