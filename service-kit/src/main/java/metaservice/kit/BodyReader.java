package metaservice.kit;

import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.Connectors;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.xnio.ChannelListener;
import org.xnio.channels.StreamSourceChannel;

/**
 * Reads one request body on its I/O thread as it arrives. Bytes are taken from the budget when they have arrived, not when
 * they are announced. For that thread only. XNIO calls this class directly and not through the launcher, so it sets the
 * service's context class loader itself and passes every failure to the exchange.
 */
final class BodyReader implements ChannelListener<StreamSourceChannel> {

    private static final Answer TOO_SLOW = Answer.message(
                    503,
                    "body: it came with less than " + IncomingBody.LOWEST_RATE
                            + " bytes a second while other bodies needed the memory, please retry")
            .with("Retry-After", "1");

    /** The answer to a body for which the budget is too small. */
    static final Answer TOO_MANY =
            Answer.message(503, "too many long bodies at once, please retry").with("Retry-After", "1");

    private final HttpServerExchange exchange;
    private final int maxBytes;
    private final BodyBudget budget;
    private final Reader reader;
    private final ClassLoader loader = Thread.currentThread().getContextClassLoader();
    private final IncomingBody progress = new IncomingBody(System.nanoTime(), this::refuseLater);
    private final ReceivedBytes body = new ReceivedBytes();
    private Optional<StreamSourceChannel> waitingFor = Optional.empty();
    private long length;

    /** Whether the budget was too small. The rest of the body is discarded, because most clients send all of it first. */
    private boolean discarding;

    /** Receives the body. Exactly one of the methods is called, once, on the I/O thread. */
    interface Reader {
        /** The body is complete. The receiver returns its length to the budget when the body is no longer needed. */
        void whole(byte[] body);

        /** The body is not read to its end; the client gets the answer. */
        void refused(Answer answer);

        /** The body cannot be read: it is malformed, or the client closed the connection. */
        void brokenOff(IOException e);
    }

    BodyReader(HttpServerExchange exchange, int maxBytes, BodyBudget budget, Reader reader) {
        this.exchange = exchange;
        this.maxBytes = maxBytes;
        this.budget = budget;
        this.reader = reader;
    }

    /** Starts reading. Called by the handler of the exchange. */
    void read() {
        if (exchange.getRequestContentLength() > maxBytes) {
            reader.refused(tooLong(maxBytes));
            return;
        }
        StreamSourceChannel channel = exchange.getRequestChannel();
        Optional<Runnable> end = readWhatIsThere(channel);
        if (end.isPresent()) {
            end.get().run();
        } else {
            waitingFor = Optional.of(channel);
            budget.watch(progress);
            channel.getReadSetter().set(this);
            channel.resumeReads();
        }
    }

    /** Called by XNIO when more bytes have arrived. */
    @Override
    public void handleEvent(StreamSourceChannel channel) {
        inside(() -> readOrFail(channel).ifPresent(end -> end(channel, end)));
    }

    private Optional<Runnable> readOrFail(StreamSourceChannel channel) {
        try {
            return readWhatIsThere(channel);
        } catch (RuntimeException | LinkageError e) {
            giveBack();
            return Optional.of(() -> {
                throw e;
            });
        }
    }

    /** Refuses this body because another one needs the memory. Called on any thread. */
    private void refuseLater() {
        exchange.getIoThread().execute(() -> inside(this::refuse));
    }

    private void refuse() {
        waitingFor.ifPresent(
                channel -> { // absent if the body was completed in the meantime
                    giveBack();
                    end(channel, () -> reader.refused(TOO_SLOW));
                });
    }

    private void end(StreamSourceChannel channel, Runnable end) {
        waitingFor = Optional.empty();
        budget.unwatch(progress);
        channel.suspendReads();
        channel.getReadSetter().set(null);
        // An exception that is thrown in here ends the exchange, and the launcher answers it.
        Connectors.executeRootHandler(ignored -> end.run(), exchange);
    }

    private void inside(Runnable step) {
        Thread thread = Thread.currentThread();
        ClassLoader former = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            step.run();
        } finally {
            thread.setContextClassLoader(former);
        }
    }

    /** The step that follows the end of reading; empty if more bytes are expected. */
    private Optional<Runnable> readWhatIsThere(StreamSourceChannel channel) {
        try (PooledByteBuffer pooled =
                exchange.getConnection().getByteBufferPool().allocate()) {
            ByteBuffer buffer = pooled.getBuffer();
            while (true) {
                buffer.clear();
                int read = channel.read(buffer);
                if (read < 0) {
                    return Optional.of(completion());
                }
                if (read == 0) {
                    return Optional.empty();
                }
                Optional<Answer> refusal = add(buffer.flip());
                if (refusal.isPresent()) {
                    giveBack();
                    return Optional.of(() -> reader.refused(refusal.get()));
                }
            }
        } catch (IOException e) {
            giveBack();
            return Optional.of(() -> reader.brokenOff(e));
        }
    }

    private Runnable completion() {
        if (discarding) {
            return () -> reader.refused(TOO_MANY);
        }
        byte[] whole = body.takeAll();
        return () -> reader.whole(whole);
    }

    private void giveBack() {
        budget.giveBack(body.size());
        body.reset();
        progress.grewTo(0);
    }

    private Optional<Answer> add(ByteBuffer piece) {
        int bytes = piece.remaining();
        length += bytes;
        if (length > maxBytes) {
            return Optional.of(tooLong(maxBytes));
        }
        if (discarding) {
            return Optional.empty();
        }
        if (!budget.take(body.size(), bytes)) {
            budget.refuseSlowBodies(System.nanoTime());
            giveBack();
            discarding = true;
            return Optional.empty();
        }
        body.add(piece);
        progress.grewTo(body.size());
        return Optional.empty();
    }

    /** The answer to a body that is longer than this, as it was sent or after its codings are removed. */
    static Answer tooLong(int maxBytes) {
        return Answer.message(413, "body: expected at most " + maxBytes + " bytes");
    }
}
