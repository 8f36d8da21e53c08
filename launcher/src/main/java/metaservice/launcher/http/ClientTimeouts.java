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
 * Bounds how long a client can keep us busy with one request: with a body that never ends, whether somebody wants it
 * or not, and with an answer that it does not take, behind which a connection to the database may be waiting. Whoever
 * goes beyond is cut off. Thread-safe.
 */
public final class ClientTimeouts implements HttpHandler {

    private static final Logger LOG = LoggerFactory.getLogger(ClientTimeouts.class);

    private final Limits limits;
    private final HttpHandler inside;

    /**
     * What we put up with.
     *
     * @param bodyBytes longest body, counted whether it is wanted or thrown away: a refusal reaches only clients whose
     *     body is still read, because most listen only when they have sent all of it
     * @param body longest time from the first look at a body to its end
     * @param stall longest time in which a client takes nothing of its answer
     */
    public record Limits(long bodyBytes, Duration body, Duration stall) {

        private static final long BEYOND = 64L << 20;

        /** For a service that reads bodies up to a length: so much more is thrown away before a client is cut off. */
        public static Limits forBodiesUpTo(long bytes) {
            return new Limits(bytes + BEYOND, Duration.ofSeconds(120), Duration.ofSeconds(30));
        }
    }

    ClientTimeouts(Limits limits, HttpHandler inside) {
        this.limits = limits;
        this.inside = inside;
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        exchange.addRequestWrapper((factory, wrapped) -> new Incoming(factory.create(), wrapped));
        exchange.addResponseWrapper((factory, wrapped) -> new Outgoing(factory.create(), wrapped));
        inside.handleRequest(exchange);
    }

    /** Closes the connection; gives what those shall meet who still read from it or write to it. */
    private static IOException cutOff(HttpServerExchange exchange, String why) {
        LOG.info("{} {}: the client is cut off: {}", exchange.getRequestMethod(), exchange.getRequestPath(), why);
        IoUtils.safeClose(exchange.getConnection());
        return new IOException("the client is cut off: " + why);
    }

    /** A body on its way in; looked at by one thread at a time. */
    private final class Incoming extends AbstractStreamSourceConduit<StreamSourceConduit> {

        private final HttpServerExchange exchange;
        private final XnioExecutor.Key deadline;
        private volatile boolean expired;
        private long bytes;

        Incoming(StreamSourceConduit next, HttpServerExchange exchange) {
            super(next);
            this.exchange = exchange;
            this.deadline =
                    exchange.getIoThread().executeAfter(this::expire, limits.body.toMillis(), TimeUnit.MILLISECONDS);
            exchange.addExchangeCompleteListener((answered, following) -> {
                deadline.remove();
                following.proceed();
            });
        }

        /** Whoever waits for more is woken up, reads on, and finds out. */
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
            return (int) counted(super.read(to));
        }

        @Override
        public long read(ByteBuffer[] to, int offset, int length) throws IOException {
            return counted(super.read(to, offset, length));
        }

        @Override
        public long transferTo(long position, long count, FileChannel target) throws IOException {
            return counted(super.transferTo(position, count, target));
        }

        @Override
        public long transferTo(long count, ByteBuffer through, StreamSinkChannel target) throws IOException {
            return counted(super.transferTo(count, through, target));
        }

        private long counted(long read) throws IOException {
            if (read < 0) {
                deadline.remove();
                return read;
            }
            bytes += read;
            if (expired) {
                throw cutOff(exchange, "its body takes longer than " + limits.body);
            }
            if (bytes > limits.bodyBytes) {
                throw cutOff(exchange, "its body is longer than " + limits.bodyBytes + " bytes");
            }
            return read;
        }
    }

    /** An answer on its way out. Those who wait in a worker notice a stall themselves; for the others there is a timer. */
    private final class Outgoing extends AbstractStreamSinkConduit<StreamSinkConduit> {

        private final HttpServerExchange exchange;
        private volatile long lastProgress = System.nanoTime();
        private boolean watched;

        Outgoing(StreamSinkConduit next, HttpServerExchange exchange) {
            super(next);
            this.exchange = exchange;
        }

        @Override
        public int write(ByteBuffer from) throws IOException {
            return (int) counted(super.write(from));
        }

        @Override
        public long write(ByteBuffer[] from, int offset, int length) throws IOException {
            return counted(super.write(from, offset, length));
        }

        @Override
        public int writeFinal(ByteBuffer from) throws IOException {
            return (int) counted(super.writeFinal(from));
        }

        @Override
        public long writeFinal(ByteBuffer[] from, int offset, int length) throws IOException {
            return counted(super.writeFinal(from, offset, length));
        }

        @Override
        public long transferFrom(FileChannel source, long position, long count) throws IOException {
            return counted(super.transferFrom(source, position, count));
        }

        @Override
        public long transferFrom(StreamSourceChannel source, long count, ByteBuffer through) throws IOException {
            return counted(super.transferFrom(source, count, through));
        }

        @Override
        public boolean flush() throws IOException {
            boolean flushed = super.flush();
            if (!flushed) {
                counted(0);
            }
            return flushed;
        }

        private long counted(long written) throws IOException {
            if (written > 0) {
                lastProgress = System.nanoTime();
            } else if (isStalled()) {
                throw cutOff(exchange, tookNothing());
            }
            return written;
        }

        private String tookNothing() {
            return "it took nothing of its answer for " + limits.stall;
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
            watch();
        }

        @Override
        public void wakeupWrites() {
            super.wakeupWrites();
            watch();
        }

        private synchronized void watch() {
            if (!watched) {
                watched = true;
                lookAgain();
            }
        }

        private void lookAgain() {
            XnioExecutor.Key timer =
                    exchange.getIoThread().executeAfter(this::look, limits.stall.toMillis(), TimeUnit.MILLISECONDS);
            exchange.addExchangeCompleteListener((answered, following) -> {
                timer.remove();
                following.proceed();
            });
        }

        private synchronized void look() {
            if (!isWriteResumed()) {
                watched = false;
            } else if (isStalled()) {
                LOG.debug("no worker waits", cutOff(exchange, tookNothing()));
                exchange.endExchange();
            } else {
                lookAgain();
            }
        }
    }
}
