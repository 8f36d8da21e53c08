package metaservice.launcher.http;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.IoUtils;
import org.xnio.XnioExecutor;
import org.xnio.channels.StreamSinkChannel;
import org.xnio.channels.StreamSourceChannel;
import org.xnio.conduits.AbstractStreamSinkConduit;
import org.xnio.conduits.AbstractStreamSourceConduit;
import org.xnio.conduits.StreamSinkConduit;
import org.xnio.conduits.StreamSourceConduit;

/**
 * Limits the time and length of one request body, and the time for which a client reads nothing of its answer: the
 * answer may hold a database connection. Closes the connection of a client that exceeds a limit. Thread-safe.
 */
public final class ClientTimeouts implements HttpHandler {

    private static final Logger LOG = LoggerFactory.getLogger(ClientTimeouts.class);

    private final Limits limits;
    private final HttpHandler next;

    /**
     * The limits of a listener.
     *
     * @param bodyBytes longest body, whether the handler reads it or it is discarded. Discarding is needed because most
     *     clients read an answer, such as 413, only after they have sent the whole body
     * @param body longest time from the first read of a body to its end
     * @param stall longest time for which a client reads nothing of its answer
     */
    public record Limits(long bodyBytes, Duration body, Duration stall) {

        private static final long DISCARDED_BYTES = 64L << 20;

        /** For a handler that reads bodies up to a length; of a longer body another 64 MiB are discarded. */
        public static Limits forBodiesUpTo(long bytes) {
            return new Limits(bytes + DISCARDED_BYTES, Duration.ofSeconds(120), Duration.ofSeconds(30));
        }
    }

    ClientTimeouts(Limits limits, HttpHandler next) {
        this.limits = limits;
        this.next = next;
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        exchange.addRequestWrapper((factory, wrapped) -> new RequestBody(factory.create(), wrapped));
        exchange.addResponseWrapper((factory, wrapped) -> new ResponseBody(factory.create(), wrapped));
        next.handleRequest(exchange);
    }

    /** Closes the connection; returns the exception for the thread that reads or writes. */
    private static IOException closed(HttpServerExchange exchange, String reason) {
        LOG.info(
                "{} {}: closed the connection because {}",
                exchange.getRequestMethod(),
                exchange.getRequestPath(),
                reason);
        IoUtils.safeClose(exchange.getConnection());
        return new IOException("closed the connection because " + reason);
    }

    /** Checks a request body while it is read, by one thread at a time. */
    private final class RequestBody extends AbstractStreamSourceConduit<StreamSourceConduit> {

        private final HttpServerExchange exchange;
        private final XnioExecutor.Key deadline;
        private volatile boolean expired;
        private long bytes;

        RequestBody(StreamSourceConduit next, HttpServerExchange exchange) {
            super(next);
            this.exchange = exchange;
            this.deadline =
                    exchange.getIoThread().executeAfter(this::expire, limits.body.toMillis(), TimeUnit.MILLISECONDS);
            exchange.addExchangeCompleteListener((answered, following) -> {
                deadline.remove();
                following.proceed();
            });
        }

        /** Wakes a suspended reader so that its next read fails; otherwise closes the connection. */
        private void expire() {
            expired = true;
            if (isReadResumed()) {
                wakeupReads();
            } else {
                IoUtils.safeClose(exchange.getConnection());
            }
        }

        @Override
        public int read(ByteBuffer to) throws IOException {
            return (int) checked(super.read(to));
        }

        @Override
        public long read(ByteBuffer[] to, int offset, int length) throws IOException {
            return checked(super.read(to, offset, length));
        }

        @Override
        public long transferTo(long position, long count, FileChannel target) throws IOException {
            return checked(super.transferTo(position, count, target));
        }

        @Override
        public long transferTo(long count, ByteBuffer through, StreamSinkChannel target) throws IOException {
            return checked(super.transferTo(count, through, target));
        }

        private long checked(long read) throws IOException {
            if (read < 0) {
                deadline.remove();
                return read;
            }
            bytes += read;
            if (expired) {
                throw closed(exchange, "the request body took longer than " + limits.body.toSeconds() + " s");
            }
            if (bytes > limits.bodyBytes) {
                throw closed(exchange, "the request body is longer than " + limits.bodyBytes + " bytes");
            }
            return read;
        }
    }

    /**
     * Checks the progress of an answer. A blocking write on a worker thread fails by itself after a stall; for a
     * non-blocking write there is a timer.
     */
    private final class ResponseBody extends AbstractStreamSinkConduit<StreamSinkConduit> {

        private final HttpServerExchange exchange;
        private volatile long lastProgress = System.nanoTime();
        private boolean timerRuns;

        ResponseBody(StreamSinkConduit next, HttpServerExchange exchange) {
            super(next);
            this.exchange = exchange;
        }

        @Override
        public int write(ByteBuffer from) throws IOException {
            return (int) checked(super.write(from));
        }

        @Override
        public long write(ByteBuffer[] from, int offset, int length) throws IOException {
            return checked(super.write(from, offset, length));
        }

        @Override
        public int writeFinal(ByteBuffer from) throws IOException {
            return (int) checked(super.writeFinal(from));
        }

        @Override
        public long writeFinal(ByteBuffer[] from, int offset, int length) throws IOException {
            return checked(super.writeFinal(from, offset, length));
        }

        @Override
        public long transferFrom(FileChannel source, long position, long count) throws IOException {
            return checked(super.transferFrom(source, position, count));
        }

        @Override
        public long transferFrom(StreamSourceChannel source, long count, ByteBuffer through) throws IOException {
            return checked(super.transferFrom(source, count, through));
        }

        @Override
        public boolean flush() throws IOException {
            boolean flushed = super.flush();
            if (!flushed) {
                checked(0);
            }
            return flushed;
        }

        private long checked(long written) throws IOException {
            if (written > 0) {
                lastProgress = System.nanoTime();
            } else if (isStalled()) {
                throw closed(exchange, stalled());
            }
            return written;
        }

        private String stalled() {
            return "the client read nothing of its answer for " + limits.stall.toSeconds() + " s";
        }

        private boolean isStalled() {
            return System.nanoTime() - lastProgress >= limits.stall.toNanos();
        }

        @Override
        public void awaitWritable() throws IOException {
            awaitWritable(limits.stall.toMillis(), TimeUnit.MILLISECONDS);
        }

        @Override
        public void resumeWrites() {
            super.resumeWrites();
            ensureTimer();
        }

        @Override
        public void wakeupWrites() {
            super.wakeupWrites();
            ensureTimer();
        }

        private synchronized void ensureTimer() {
            if (!timerRuns) {
                timerRuns = true;
                startTimer();
            }
        }

        private void startTimer() {
            XnioExecutor.Key timer = exchange.getIoThread()
                    .executeAfter(this::checkProgress, limits.stall.toMillis(), TimeUnit.MILLISECONDS);
            exchange.addExchangeCompleteListener((answered, following) -> {
                timer.remove();
                following.proceed();
            });
        }

        private synchronized void checkProgress() {
            if (!isWriteResumed()) {
                timerRuns = false;
            } else if (isStalled()) {
                LOG.debug("Ended a non-blocking write", closed(exchange, stalled()));
                exchange.endExchange();
            } else {
                startTimer();
            }
        }
    }
}
