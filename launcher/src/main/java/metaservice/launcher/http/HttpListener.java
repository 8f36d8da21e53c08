package metaservice.launcher.http;

import io.undertow.UndertowOptions;
import io.undertow.server.DefaultByteBufferPool;
import io.undertow.server.HttpHandler;
import io.undertow.server.handlers.HttpContinueReadHandler;
import io.undertow.server.protocol.http.HttpOpenListener;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.ChannelListener;
import org.xnio.ChannelListeners;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.StreamConnection;
import org.xnio.Xnio;
import org.xnio.XnioWorker;
import org.xnio.channels.AcceptingChannel;

/**
 * One listening HTTP socket with its own threads. Built from Undertow's parts rather than its builder because the
 * socket has to close before the connections do: who is being drained accepts nobody new. Thread-safe.
 */
public final class HttpListener implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(HttpListener.class);

    /** Longer than load balancers keep an idle connection (60 to 350 s), so that it is never us who close one in use. */
    private static final Duration IDLE = Duration.ofSeconds(400);
    /** For a request line and its headers, from the first byte to the last. */
    private static final Duration SLOWEST_HEAD = Duration.ofSeconds(60);

    private static final Duration THREADS_END = Duration.ofSeconds(5);
    private static final int BACKLOG = 1024;
    private static final int BUFFER_BYTES = 16 * 1024;

    private final XnioWorker worker;
    private final DefaultByteBufferPool buffers;
    private final HttpOpenListener connections;
    private final AcceptingChannel<StreamConnection> socket;

    private HttpListener(
            XnioWorker worker,
            DefaultByteBufferPool buffers,
            HttpOpenListener connections,
            AcceptingChannel<StreamConnection> socket) {
        this.worker = worker;
        this.buffers = buffers;
        this.connections = connections;
        this.socket = socket;
    }

    /**
     * How many threads a listener has.
     *
     * @param io threads that read and write, 1 or more
     * @param workers most threads that may block, 1 or more
     */
    public record Threads(int io, int workers) {}

    /**
     * Opens the socket; from then on requests reach the handler, on an I/O thread.
     *
     * @param name of the listener's threads
     * @param patience what clients may ask of the listener
     * @throws IOException if the address cannot be bound
     */
    public static HttpListener open(
            String name,
            InetSocketAddress address,
            Threads threads,
            ClientTimeouts.Limits patience,
            HttpHandler handler)
            throws IOException {
        XnioWorker worker = Xnio.getInstance()
                .createWorker(OptionMap.builder()
                        .set(Options.WORKER_NAME, name)
                        .set(Options.WORKER_IO_THREADS, threads.io())
                        .set(Options.WORKER_TASK_CORE_THREADS, threads.workers())
                        .set(Options.WORKER_TASK_MAX_THREADS, threads.workers())
                        .set(Options.TCP_NODELAY, true)
                        .getMap());
        DefaultByteBufferPool buffers = new DefaultByteBufferPool(true, BUFFER_BYTES);
        try {
            HttpOpenListener connections = new HttpOpenListener(buffers, httpOptions());
            // Clients that ask before they send a long body are told to go on when the body is read.
            connections.setRootHandler(
                    new HttpContinueReadHandler(new ClientTimeouts(patience, ErrorAnswers.caughtFrom(handler))));
            return new HttpListener(worker, buffers, connections, listen(worker, address, connections));
        } catch (IOException | RuntimeException e) {
            buffers.close();
            worker.shutdownNow();
            throw e;
        }
    }

    /** The port that is listened on. */
    public int port() {
        return socket.getLocalAddress(InetSocketAddress.class).getPort();
    }

    /** Closes the socket: new connections are refused, the open ones stay. */
    public void stopAccepting() {
        IoUtils.safeClose(socket);
    }

    /** Closes the socket and all connections and ends the threads. */
    @Override
    public void close() {
        stopAccepting();
        connections.closeConnections();
        worker.shutdownNow();
        try {
            if (!worker.awaitTermination(THREADS_END.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn(
                        "Threads of {} are still busy {} s after they were told to end",
                        worker,
                        THREADS_END.toSeconds());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        buffers.close();
    }

    private static AcceptingChannel<StreamConnection> listen(
            XnioWorker worker, InetSocketAddress address, HttpOpenListener connections) throws IOException {
        ChannelListener<AcceptingChannel<StreamConnection>> accept = ChannelListeners.openListenerAdapter(connections);
        OptionMap options = OptionMap.builder()
                .set(Options.REUSE_ADDRESSES, true)
                .set(Options.TCP_NODELAY, true)
                .set(Options.BACKLOG, BACKLOG)
                .getMap();
        AcceptingChannel<StreamConnection> socket = worker.createStreamConnectionServer(address, accept, options);
        socket.resumeAccepts();
        return socket;
    }

    private static OptionMap httpOptions() {
        return OptionMap.builder()
                // Services see paths and queries as they were sent; only they know where a slash is data.
                .set(UndertowOptions.DECODE_URL, false)
                .set(UndertowOptions.MAX_HEADER_SIZE, 64 * 1024)
                // Handlers bound bodies themselves: Undertow would drop the connection instead of answering 413.
                .set(UndertowOptions.MAX_ENTITY_SIZE, -1L)
                .set(UndertowOptions.REQUEST_PARSE_TIMEOUT, (int) SLOWEST_HEAD.toMillis())
                .set(UndertowOptions.NO_REQUEST_TIMEOUT, (int) IDLE.toMillis())
                .getMap();
    }
}
