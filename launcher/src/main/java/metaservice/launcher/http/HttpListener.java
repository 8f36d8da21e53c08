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
 * A listening HTTP socket with its own threads. Built from Undertow's parts rather than with its builder, because a
 * drain closes the socket before the connections. Thread-safe.
 */
public final class HttpListener implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(HttpListener.class);

    /**
     * Longer than load balancers keep an idle connection (60 to 350 s): if the listener closed it first, a request on
     * its way would be lost.
     */
    private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(400);
    /** From the first byte of the request line to the last byte of the headers. */
    private static final Duration HEAD_TIMEOUT = Duration.ofSeconds(60);

    private static final Duration THREADS_END_TIMEOUT = Duration.ofSeconds(5);
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
     * The number of threads of a listener.
     *
     * @param io threads for non-blocking input and output, 1 or more
     * @param workers maximum number of threads that may block, 1 or more
     */
    public record Threads(int io, int workers) {}

    /**
     * Opens the socket; from then on requests reach the handler, on an I/O thread.
     *
     * @param name prefix of the names of the listener's threads
     * @param timeouts limits for clients
     * @throws IOException if the address cannot be bound
     */
    public static HttpListener open(
            String name,
            InetSocketAddress address,
            Threads threads,
            ClientTimeouts.Limits timeouts,
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
            // Answers "Expect: 100-continue" when the handler reads the body.
            connections.setRootHandler(new HttpContinueReadHandler(
                    new ClientTimeouts(timeouts, ErrorAnswers.wrap(RequestTargetGuard.before(handler)))));
            return new HttpListener(worker, buffers, connections, listen(worker, address, connections));
        } catch (IOException | RuntimeException e) {
            buffers.close();
            worker.shutdownNow();
            throw e;
        }
    }

    /** The local port. */
    public int port() {
        return socket.getLocalAddress(InetSocketAddress.class).getPort();
    }

    /** Closes the socket: new connections are refused, open connections stay open. */
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
            if (!worker.awaitTermination(THREADS_END_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("Threads of {} still run {} s after the shutdown", worker, THREADS_END_TIMEOUT.toSeconds());
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
                // Handlers see paths and queries undecoded, because only they know where an encoded slash is data.
                .set(UndertowOptions.DECODE_URL, false)
                // RequestTargetGuard refuses the characters that no client means. The parser then also takes a line
                // break for a part of the target, so a request line without a version ends by REQUEST_PARSE_TIMEOUT.
                .set(UndertowOptions.ALLOW_UNESCAPED_CHARACTERS_IN_URL, true)
                .set(UndertowOptions.MAX_HEADER_SIZE, 64 * 1024)
                // Handlers limit bodies, because Undertow would close the connection instead of answering 413.
                .set(UndertowOptions.MAX_ENTITY_SIZE, -1L)
                .set(UndertowOptions.REQUEST_PARSE_TIMEOUT, (int) HEAD_TIMEOUT.toMillis())
                .set(UndertowOptions.NO_REQUEST_TIMEOUT, (int) IDLE_TIMEOUT.toMillis())
                .getMap();
    }
}
