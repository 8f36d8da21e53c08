package metaservice.kit;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import metaservice.spi.SocketListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A connection and how long it has been waiting for the server. Thread-safe. */
final class WatchedConnection implements SocketListener {

    private static final Logger LOG = LoggerFactory.getLogger(WatchedConnection.class);

    private static final long NO_READ = Long.MIN_VALUE;

    private volatile long readBegin = NO_READ;
    private volatile Optional<Socket> socket = Optional.empty();
    private volatile OptionalInt process = OptionalInt.empty();
    private volatile boolean open;
    private volatile boolean failed;

    @Override
    public void readBegins() {
        readBegin = System.nanoTime();
    }

    @Override
    public void readEnds() {
        readBegin = NO_READ;
    }

    /** The driver has created a socket for this connection; it replaces an earlier one that could not connect. */
    void connecting(Socket created) {
        socket = Optional.of(created);
    }

    /**
     * The connection has been opened.
     *
     * @param serverProcess id of its server process; empty if a pooler hides it
     */
    void opened(OptionalInt serverProcess) {
        process = serverProcess;
        open = true;
    }

    /** The connection could not be opened. */
    void failed() {
        failed = true;
    }

    boolean isOpen() {
        return open;
    }

    /** Whether it will not be used again. */
    boolean hasEnded() {
        return failed || (open && socket.map(Socket::isClosed).orElse(true));
    }

    OptionalInt process() {
        return process;
    }

    /** How long the current read has been waiting; zero if there is none. */
    Duration waiting() {
        long begin = readBegin;
        return begin == NO_READ ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - begin);
    }

    /** Closes the socket, which ends the read with an exception. */
    void cut() {
        try {
            if (socket.isPresent()) {
                socket.get().close();
            }
        } catch (IOException e) {
            LOG.debug("A dead connection could not be closed", e);
        }
    }
}
