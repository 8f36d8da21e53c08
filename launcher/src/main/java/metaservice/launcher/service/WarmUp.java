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
 * A service that is going to take over from another one first answers requests of ours, over HTTP and through a listener
 * of its own: it has to be able to, and the clients that all come at once when it takes over do not wait for code that
 * has never run.
 */
public final class WarmUp {

    /** As many as come at once: so many workers and connections to the database have been used then. */
    private static final int CLIENTS = 8;

    /** Long against what the requests of one sample take, so that most requests of clients run between two samples. */
    private static final Duration AFTER_EACH_SAMPLE = Duration.ofMillis(200);

    private static final Duration LONGEST_ANSWER = Duration.ofSeconds(10);
    private static final HttpListener.Threads THREADS = new HttpListener.Threads(1, 1);
    private static final ClientTimeouts.Limits PATIENCE = ClientTimeouts.Limits.forBodiesUpTo(1);
    private static final int FIRST_ERROR = 500;

    private WarmUp() {}

    /**
     * Sends the service its samples; blocks.
     *
     * @param pauses after each sample, as long as clients are served
     * @throws ServiceStartException if an answer is missing, or is that of a service that has a fault
     */
    public static void of(IsolatedService service, PauseWhileBusy pauses) throws ServiceStartException {
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (HttpListener stage = HttpListener.open("rehearsal", anyPort, THREADS, PATIENCE, service.handler())) {
            for (SampleRequest sample : service.samples()) {
                ask(service, sample, stage.port());
                pauses.pause(AFTER_EACH_SAMPLE);
            }
        } catch (IOException e) {
            throw new ServiceStartException(
                    "Service " + service.bundled().version() + " does not answer: " + e.getMessage(), e);
        }
    }

    /** Sends the same request over many connections, and then reads the answers. */
    private static void ask(IsolatedService service, SampleRequest sample, int port)
            throws IOException, ServiceStartException {
        byte[] request = bytes(sample);
        List<Socket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < CLIENTS; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
                sockets.add(socket);
                socket.setSoTimeout((int) LONGEST_ANSWER.toMillis());
                socket.getOutputStream().write(request);
            }
            for (Socket socket : sockets) {
                int status = status(new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1));
                if (status >= FIRST_ERROR) {
                    throw new ServiceStartException(
                            "Service " + service.bundled().version() + " answers " + status + " to " + sample.method()
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

    /** An answer begins with a line like {@code HTTP/1.1 200 OK}. */
    private static int status(String answer) throws IOException {
        String[] words = answer.split(" ", 3);
        if (words.length < 3 || !words[1].matches("[0-9]{3}")) {
            throw new IOException("its connection ended without an answer");
        }
        return Integer.parseInt(words[1]);
    }
}
