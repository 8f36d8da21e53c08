package metaservice.kit;

import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.Connectors;
import io.undertow.server.HttpServerExchange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.xnio.ChannelListener;
import org.xnio.channels.StreamSourceChannel;

/**
 * Reads one body on its I/O thread as it comes. What was announced but has not come takes no memory; what has come is
 * taken from the budget.
 */
final class BodyReader implements ChannelListener<StreamSourceChannel> {

    private final HttpServerExchange exchange;
    private final int maxBytes;
    private final BodyBudget budget;
    private final Reader reader;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();

    /** Who wants the body; exactly one of these is called, once, on the I/O thread. */
    interface Reader {
        /** All of it is there; who is called gives its length back to the budget when the body is not needed any more. */
        void whole(byte[] body);

        /** It will not be read to its end. */
        void refused(Answer answer);

        /** It has no end: it is malformed, or the client went away. */
        void brokenOff(IOException e);
    }

    BodyReader(HttpServerExchange exchange, int maxBytes, BodyBudget budget, Reader reader) {
        this.exchange = exchange;
        this.maxBytes = maxBytes;
        this.budget = budget;
        this.reader = reader;
    }

    /** Begins; called by the handler of the exchange. */
    void read() {
        if (exchange.getRequestContentLength() > maxBytes) {
            reader.refused(tooLong());
            return;
        }
        StreamSourceChannel channel = exchange.getRequestChannel();
        Optional<Runnable> end = readWhatIsThere(channel);
        if (end.isPresent()) {
            end.get().run();
        } else {
            channel.getReadSetter().set(this);
            channel.resumeReads();
        }
    }

    /** More has come. */
    @Override
    public void handleEvent(StreamSourceChannel channel) {
        readWhatIsThere(channel).ifPresent(end -> {
            channel.suspendReads();
            channel.getReadSetter().set(null);
            Connectors.executeRootHandler(ignored -> end.run(), exchange);
        });
    }

    /** What is to be done now that reading has ended; empty if it goes on. */
    private Optional<Runnable> readWhatIsThere(StreamSourceChannel channel) {
        try (PooledByteBuffer pooled =
                exchange.getConnection().getByteBufferPool().allocate()) {
            ByteBuffer buffer = pooled.getBuffer();
            while (true) {
                buffer.clear();
                int read = channel.read(buffer);
                if (read < 0) {
                    byte[] whole = body.toByteArray();
                    return Optional.of(() -> reader.whole(whole));
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

    private void giveBack() {
        budget.giveBack(body.size());
        body.reset();
    }

    private Optional<Answer> add(ByteBuffer piece) {
        int bytes = piece.remaining();
        if (body.size() + bytes > maxBytes) {
            return Optional.of(tooLong());
        }
        if (!budget.take(body.size(), bytes)) {
            return Optional.of(Answer.message(503, "too many long bodies at once, please retry")
                    .with("Retry-After", "1"));
        }
        byte[] copy = new byte[bytes];
        piece.get(copy);
        body.write(copy, 0, bytes);
        return Optional.empty();
    }

    private Answer tooLong() {
        return Answer.message(413, "body: expected at most " + maxBytes + " bytes");
    }
}
