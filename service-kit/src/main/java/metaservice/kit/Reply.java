package metaservice.kit;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonGenerator;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Sends one answer. What fits into the buffer is sent with its length after everything was written, so that a failure
 * on the way can still become an error answer and the database connection is free again before the client reads; longer
 * answers go out while they are being written.
 */
final class Reply extends OutputStream {

    /** Enough for nearly every answer, small enough to hold for every worker at once. */
    private static final int BUFFER_BYTES = 256 * 1024;

    private static final HttpString VERSION = new HttpString("METADATA_SERVICE_VERSION");

    private final HttpServerExchange exchange;
    private final ByteArrayOutputStream buffer = new ByteArrayOutputStream(1024);
    private boolean streaming;

    private Reply(HttpServerExchange exchange) {
        this.exchange = exchange;
    }

    /**
     * Sends the answer.
     *
     * @param serviceVersion goes into the header by which clients tell what they are talking to
     * @throws Exception what writing the body threw; if {@link HttpServerExchange#isResponseStarted()}, the client has
     *     a part of the answer and the connection must be cut
     */
    static void send(HttpServerExchange exchange, Answer answer, String serviceVersion) throws Exception {
        if (answer instanceof Answer.Text text) {
            start(exchange, answer, serviceVersion, "text/plain; charset=utf-8");
            exchange.getResponseSender().send(ByteBuffer.wrap(text.text().getBytes(StandardCharsets.UTF_8)));
            return;
        }
        if (answer instanceof Answer.File file) {
            start(exchange, answer, serviceVersion, file.contentType());
            exchange.getResponseSender().send(file.bytes().duplicate());
            return;
        }
        Reply reply = new Reply(exchange);
        // The generator is closed only if all went well: closing would end brackets that a failure left open.
        JsonGenerator json = Json.MAPPER.getFactory().createGenerator(reply, JsonEncoding.UTF8);
        start(exchange, answer, serviceVersion, "application/json");
        ((Answer.Json) answer).body().writeTo(json);
        json.close();
    }

    private static void start(HttpServerExchange exchange, Answer answer, String serviceVersion, String contentType) {
        exchange.setStatusCode(answer.status());
        exchange.getResponseHeaders().clear();
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, contentType);
        exchange.getResponseHeaders().put(VERSION, serviceVersion);
        answer.headers().forEach((name, value) -> exchange.getResponseHeaders().put(new HttpString(name), value));
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (!streaming && buffer.size() + length > BUFFER_BYTES) {
            streaming = true;
            if (exchange.isHttp11()) {
                // Even if the connection is to be closed afterwards: only chunks tell the client where the end is.
                exchange.getResponseHeaders().put(Headers.TRANSFER_ENCODING, "chunked");
            }
            exchange.startBlocking();
            buffer.writeTo(exchange.getOutputStream());
            buffer.reset();
        }
        if (streaming) {
            exchange.getOutputStream().write(bytes, offset, length);
        } else {
            buffer.write(bytes, offset, length);
        }
    }

    @Override
    public void close() throws IOException {
        if (streaming) {
            exchange.getOutputStream().close();
            // The sender below does so itself; without it, a request whose body nobody has read would stay open for
            // ever.
            exchange.endExchange();
        } else {
            exchange.getResponseSender().send(ByteBuffer.wrap(buffer.toByteArray()));
        }
    }
}
