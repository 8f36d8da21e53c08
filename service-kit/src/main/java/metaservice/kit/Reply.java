package metaservice.kit;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonGenerator;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Sends one answer. What fits into the buffer is sent with its length after everything was written, so that a failure
 * on the way can still become an error answer and the database connection is free again before the client reads; longer
 * answers go out while they are being written, a limited number at a time if their bodies hold a connection meanwhile.
 */
final class Reply extends OutputStream {

    /** Enough for nearly every answer, small enough to hold for every worker at once. */
    private static final int BUFFER_BYTES = 256 * 1024;

    private static final HttpString VERSION = new HttpString("METADATA_SERVICE_VERSION");

    private final HttpServerExchange exchange;
    private final ByteArrayOutputStream buffer = new ByteArrayOutputStream(1024);
    private final Optional<SlowPermits> permits;

    /** Whether the body holds a connection. */
    private boolean isReading;

    private boolean hasPermit;
    private boolean streaming;

    private Reply(HttpServerExchange exchange, Optional<SlowPermits> permits) {
        this.exchange = exchange;
        this.permits = permits;
        this.isReading = permits.isPresent();
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
        start(exchange, answer, serviceVersion, "application/json");
        Answer.Body body = ((Answer.Json) answer).body();
        // The generator is closed only if all went well: closing would end brackets that a failure left open.
        new Reply(exchange, body.permits()).writeBody(body).close();
    }

    /** Writes the body; one that has to wait until it may be sent gives its connection back, waits, and begins anew. */
    private JsonGenerator writeBody(Answer.Body body) throws Exception {
        try {
            return writeOnce(body);
        } catch (NoPermitException e) {
            buffer.reset();
            permits.orElseThrow().acquire();
            hasPermit = true;
            return writeOnce(body);
        } finally {
            isReading = false;
            if (hasPermit) {
                permits.orElseThrow().release();
            }
        }
    }

    private JsonGenerator writeOnce(Answer.Body body) throws Exception {
        JsonGenerator json = Json.MAPPER.getFactory().createGenerator(this, JsonEncoding.UTF8);
        body.writeTo(json);
        return json;
    }

    /** The answer is too long for the buffer, and as many connections as may serve such answers do so already. */
    private static final class NoPermitException extends IOException {
        NoPermitException() {
            super("no permit to send while reading");
        }
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
            takePermit();
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

    private void takePermit() throws IOException {
        if (!isReading || hasPermit) {
            return;
        }
        try {
            hasPermit = permits.orElseThrow().tryAcquire();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted before the answer was sent");
        }
        if (!hasPermit) {
            throw new NoPermitException();
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
