package metaservice.launcher.service;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import metaservice.launcher.http.ClientTimeouts;
import metaservice.launcher.http.HttpListener;
import metaservice.spi.SampleRequest;
import metaservice.spi.ServiceStartException;
import org.xnio.IoUtils;

/**
 * Sends a service its sample requests before it replaces another one, over HTTP and through a temporary listener. This
 * proves that the service answers, and the first requests of clients do not wait for code that has not been loaded and
 * compiled yet.
 */
public final class WarmUp {

    /** Parallel requests; as many workers and database connections are in use for the first time then. */
    private static final int CLIENTS = 8;

    /** Much longer than the requests of one sample take, so that most client requests run between two samples. */
    private static final Duration PAUSE_AFTER_SAMPLE = Duration.ofMillis(200);

    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);
    private static final HttpListener.Threads THREADS = new HttpListener.Threads(1, 1);
    private static final ClientTimeouts.Limits TIMEOUTS = ClientTimeouts.Limits.forBodiesUpTo(1);
    private static final int FIRST_SERVER_ERROR = 500;

    private WarmUp() {}

    /**
     * Sends the samples; blocks until all are answered.
     *
     * @param pauses pauses after each sample while clients are being served
     * @throws ServiceStartException if an answer is missing or has a status of 500 or more
     */
    public static void run(IsolatedService service, PauseWhileBusy pauses) throws ServiceStartException {
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (HttpListener listener = HttpListener.open("warm-up", anyPort, THREADS, TIMEOUTS, service.handler())) {
            for (SampleRequest sample : service.samples()) {
                send(service, sample, listener.port());
                pauses.pause(PAUSE_AFTER_SAMPLE);
            }
        } catch (IOException e) {
            throw new ServiceStartException(
                    "Service " + service.bundled().title() + " does not answer: " + e.getMessage(), e);
        }
    }

    /** Sends one sample over all connections, and then reads the answers. */
    private static void send(IsolatedService service, SampleRequest sample, int port)
            throws IOException, ServiceStartException {
        byte[] request = bytes(sample);
        List<Socket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < CLIENTS; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
                sockets.add(socket);
                socket.setSoTimeout((int) ANSWER_TIMEOUT.toMillis());
                socket.getOutputStream().write(request);
            }
            for (Socket socket : sockets) {
                int status = status(new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1));
                if (status >= FIRST_SERVER_ERROR) {
                    throw new ServiceStartException(
                            "Service " + service.bundled().title() + " answers " + status + " to " + sample.method()
                                    + " " + sample.path(),
                            null);
                }
            }
        } finally {
            sockets.forEach(IoUtils::safeClose);
        }
    }

    private static byte[] bytes(SampleRequest sample) {
        String head = sample.method() + " " + sample.path() + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                + "Content-Length: " + sample.body().length() + "\r\n\r\n";
        return (head + sample.body()).getBytes(StandardCharsets.US_ASCII);
    }

    /** The status in the first line, such as {@code HTTP/1.1 200 OK}. */
    private static int status(String answer) throws IOException {
        String[] words = answer.split(" ", 3);
        if (words.length < 3 || !words[1].matches("[0-9]{3}")) {
            throw new IOException("its connection ended without an answer");
        }
        return Integer.parseInt(words[1]);
    }
}
