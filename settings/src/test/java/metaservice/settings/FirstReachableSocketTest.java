package metaservice.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FirstReachableSocketTest {

    private static final int LONG = 20_000;

    private final List<Socket> waiting = new ArrayList<>();

    /** Accepts connections on one of the addresses of the loopback network. */
    private ServerSocket server;

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.3"));
    }

    @AfterEach
    void close() throws IOException {
        for (Socket socket : waiting) {
            socket.close();
        }
        server.close();
    }

    @Test
    void refusedAddressIsFollowedByTheNext() throws IOException {
        try (Socket socket = socket("127.0.0.2", "127.0.0.3")) {
            socket.connect(endpoint("refused.test"), LONG);
            assertEquals("127.0.0.3", socket.getInetAddress().getHostAddress());
            assertTrue(socket.isConnected());
        }
    }

    /** The address that was reached is tried first afterwards, so only the first connection waits. */
    @Test
    void addressThatDropsPacketsIsFollowedByTheNextWithinSeconds() throws IOException {
        try (ServerSocket dropping = dropping("127.0.0.2")) {
            assertEquals(server.getLocalPort(), dropping.getLocalPort());
            long begin = System.nanoTime();
            try (Socket socket = socket("127.0.0.2", "127.0.0.3")) {
                socket.connect(endpoint("dropped.test"), LONG);
                assertEquals("127.0.0.3", socket.getInetAddress().getHostAddress());
            }
            Duration first = Duration.ofNanos(System.nanoTime() - begin);
            assertTrue(first.toMillis() >= 1_900 && first.toMillis() < 4_000, first::toString);
            begin = System.nanoTime();
            try (Socket socket = socket("127.0.0.2", "127.0.0.3")) {
                socket.connect(endpoint("dropped.test"), LONG);
            }
            Duration second = Duration.ofNanos(System.nanoTime() - begin);
            assertTrue(second.toMillis() < 1_000, second::toString);
        }
    }

    @Test
    void shortTimeoutIsSharedByTheAddresses() throws IOException {
        try (ServerSocket dropping = dropping("127.0.0.2");
                Socket socket = socket(dropping.getInetAddress().getHostAddress(), "127.0.0.3")) {
            socket.connect(endpoint("short.test"), 600);
            assertEquals("127.0.0.3", socket.getInetAddress().getHostAddress());
        }
    }

    @Test
    void timeoutLimitsAllAddressesTogether() throws IOException {
        try (ServerSocket one = dropping("127.0.0.2");
                ServerSocket two = dropping("127.0.0.4");
                Socket socket = socket(
                        one.getInetAddress().getHostAddress(),
                        two.getInetAddress().getHostAddress())) {
            long begin = System.nanoTime();
            assertThrows(IOException.class, () -> socket.connect(endpoint("all-dropped.test"), 600));
            Duration waited = Duration.ofNanos(System.nanoTime() - begin);
            assertTrue(waited.toMillis() < 1_500, waited::toString);
        }
    }

    @Test
    void failureIsThatOfTheFirstAddressWithTheOthers() throws IOException {
        try (Socket socket = socket("127.0.0.2", "127.0.0.5")) {
            ConnectException failure =
                    assertThrows(ConnectException.class, () -> socket.connect(endpoint("all-refused.test"), LONG));
            assertEquals(1, failure.getSuppressed().length);
        }
    }

    private InetSocketAddress endpoint(String host) throws IOException {
        return new InetSocketAddress(InetAddress.getByAddress(host, new byte[] {127, 0, 0, 2}), server.getLocalPort());
    }

    private static Socket socket(String... addresses) throws IOException {
        InetAddress[] all = new InetAddress[addresses.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = InetAddress.getByName(addresses[i]);
        }
        return new FirstReachableSocket(Socket::new, host -> all);
    }

    /** A listener whose queue of connections is full: the system drops the packets of further ones. */
    private ServerSocket dropping(String address) throws IOException {
        ServerSocket listener = new ServerSocket(server.getLocalPort(), 1, InetAddress.getByName(address));
        boolean isFull = false;
        while (!isFull) {
            Socket client = new Socket();
            waiting.add(client);
            try {
                client.connect(listener.getLocalSocketAddress(), 200);
            } catch (IOException e) {
                isFull = true;
            }
        }
        return listener;
    }
}
