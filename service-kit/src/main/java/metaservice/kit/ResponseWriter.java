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
import metaservice.spi.MemoryBudget;

/**
 * Sends one answer. For one thread.
 *
 * <p>An answer of at most 256 KiB is sent with its length after it was written completely. So a failure while it is written
 * still becomes an error answer, and the database connection is returned before the client reads. A longer answer is sent
 * while it is written. If its body holds a database connection in that time, it needs one of {@link LongReadPermits}. Other
 * answers of more than 16 KiB take memory of a budget until the client has read them.
 */
final class ResponseWriter extends OutputStream {

    /** Most answers are shorter. Every worker may hold one buffer at the same time. */
    static final int BUFFER_BYTES = 256 * 1024;

    /** An answer of this length takes no memory of the budget, so that short ones are sent in any case. */
    private static final int FREE = 16 * 1024;

    /** What a longer answer takes that holds no connection: the objects that it is written of are in memory. */
    private static final int LONG_ANSWER_BYTES = 2 * BoundedRows.MAX_BYTES_IN_MEMORY;

    private static final Answer TOO_MANY = Answer.message(
                    503, "too many long answers wait for their clients, please retry")
            .with("Retry-After", "1");

    private static final HttpString VERSION = new HttpString("METADATA_SERVICE_VERSION");

    private final HttpServerExchange exchange;
    private final Optional<LongReadPermits> permits;
    private final MemoryBudget memory;
    private final boolean mayWait;
    private ByteArrayOutputStream buffer = new ByteArrayOutputStream(1024);

    /** Whether the body holds a database connection. */
    private boolean holdsConnection;

    private boolean hasPermit;
    private boolean streaming;

    private ResponseWriter(
            HttpServerExchange exchange, Optional<LongReadPermits> permits, MemoryBudget memory, boolean mayWait) {
        this.exchange = exchange;
        this.permits = permits;
        this.memory = memory;
        this.mayWait = mayWait;
        this.holdsConnection = permits.isPresent();
    }

    /**
     * Sends the answer.
     *
     * @param serviceVersion the value of the header {@code METADATA_SERVICE_VERSION}
     * @param memory the budget for answers that the client has not read yet
     * @throws ClientError 503 if the answer is long and too little of that memory is left
     * @throws Exception the exception of the body; if {@link HttpServerExchange#isResponseStarted()}, the client has a part
     *     of the answer and the caller must close the connection
     */
    static void send(HttpServerExchange exchange, Answer answer, String serviceVersion, MemoryBudget memory)
            throws Exception {
        send(exchange, answer, serviceVersion, memory, true);
    }

    /**
     * Sends an answer whose {@linkplain Answer#maySendingBlock() sending does not block}, on any thread. Returns false, and
     * nothing is sent, if there is not enough memory now.
     */
    static boolean sendAtOnce(HttpServerExchange exchange, Answer answer, String serviceVersion, MemoryBudget memory)
            throws Exception {
        try {
            send(exchange, answer, serviceVersion, memory, false);
            return true;
        } catch (WouldWaitException e) {
            return false;
        }
    }

    private static void send(
            HttpServerExchange exchange, Answer answer, String serviceVersion, MemoryBudget memory, boolean mayWait)
            throws Exception {
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
        // The generator is closed only after success, because closing writes the missing end brackets.
        new ResponseWriter(exchange, body.permits(), memory, mayWait)
                .writeBody(body)
                .close();
    }

    /** Writes the body. If it needs a permit and none is free, it returns its connection, waits, and is written again. */
    private JsonGenerator writeBody(Answer.Body body) throws Exception {
        try {
            return writeOnce(body);
        } catch (NoPermitException e) {
            buffer.reset();
            permits.orElseThrow().acquire();
            hasPermit = true;
            return writeOnce(body);
        } finally {
            holdsConnection = false;
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

    /** The answer is longer than the buffer, and no permit is free. */
    private static final class NoPermitException extends IOException {
        NoPermitException() {
            super("no permit to send while a connection is held");
        }
    }

    /** There is not enough memory for the answer now. */
    private static final class WouldWaitException extends IOException {
        WouldWaitException() {
            super("not enough memory for the answer now");
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
            if (holdsConnection) {
                takePermit();
            } else {
                takeMemory(LONG_ANSWER_BYTES);
            }
            streaming = true;
            if (exchange.isHttp11()) {
                // Also if the connection is closed afterwards, because only chunks mark the end of the answer.
                exchange.getResponseHeaders().put(Headers.TRANSFER_ENCODING, "chunked");
            }
            exchange.startBlocking();
            buffer.writeTo(exchange.getOutputStream());
            buffer = new ByteArrayOutputStream(0); // an array of up to 512 KiB becomes free
        }
        if (streaming) {
            exchange.getOutputStream().write(bytes, offset, length);
        } else {
            buffer.write(bytes, offset, length);
        }
    }

    private void takePermit() throws IOException {
        if (hasPermit) {
            return;
        }
        hasPermit = permits.orElseThrow().tryAcquire();
        if (!hasPermit) {
            throw new NoPermitException();
        }
    }

    /** Takes memory until the exchange is complete. */
    private void takeMemory(long bytes) throws IOException {
        try {
            if (!mayWait && !memory.take(Math.min(bytes, memory.bytes()))) {
                throw new WouldWaitException();
            }
            if (mayWait && !memory.await(Math.min(bytes, memory.bytes()))) {
                throw ClientError.of(TOO_MANY);
            }
        } catch (InterruptedException e) {
            throw interrupted();
        }
        memory.giveBackAfter(exchange, Math.min(bytes, memory.bytes()));
    }

    private static IOException interrupted() {
        Thread.currentThread().interrupt();
        return new InterruptedIOException("interrupted before the answer was sent");
    }

    @Override
    public void close() throws IOException {
        if (streaming) {
            exchange.getOutputStream().close();
            // The sender below ends the exchange itself. Here it is needed for a request whose body was not read.
            exchange.endExchange();
        } else {
            if (buffer.size() > FREE) {
                takeMemory(buffer.size());
            }
            exchange.getResponseSender().send(ByteBuffer.wrap(buffer.toByteArray()));
        }
    }
}
