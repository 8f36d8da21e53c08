package metaservice.launcher.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.undertow.server.HttpHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import metaservice.launcher.Http;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestGuardTest {

    private static final HttpHandler ANSWER =
            exchange -> exchange.getResponseSender().send("answered");

    @ParameterizedTest(name = "{0} from {1}: {2}")
    @CsvSource(
            nullValues = "-",
            value = {
                "GET,   https://evil.example, 200",
                "POST,  https://evil.example, 403",
                "PATCH, https://evil.example, 403",
                "POST,  null,                 403",
                "POST,  -,                    200",
                "POST,  http://meta.example:8080,  200",
                "POST,  https://meta.example:8080, 200",
                "POST,  http://meta.example,  403",
                "POST,  https://ui.example,   200"
            })
    void onlyAllowedPagesMayWrite(String method, String origin, int status) throws IOException {
        RequestGuard guard = new RequestGuard(List.of(), List.of("https://ui.example"));
        assertEquals(status, status(guard, method, "meta.example:8080", origin));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "meta.example,      200",
        "META.example:8080, 200",
        "other.example:80,  200",
        "other.example:81,  421",
        "other.example,     421",
        "127.0.0.1:8080,    421",
        "[::1]:8080,        200"
    })
    void onlyAllowedHostsAreAnswered(String host, int status) throws IOException {
        RequestGuard guard = new RequestGuard(List.of("Meta.example", "other.example:80", "[::1]"), List.of());
        assertEquals(status, status(guard, "GET", host, null));
    }

    /** Uses a socket, because HTTP clients set these headers themselves. */
    private static int status(RequestGuard guard, String method, String host, String origin) throws IOException {
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (FrontDoor frontDoor = FrontDoor.open("front-door", anyPort, 1000, guard);
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), frontDoor.port())) {
            frontDoor.serve(ANSWER);
            socket.setSoTimeout((int) Http.DEADLINE.toMillis());
            String head = method + " / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\nContent-Length: 0\r\n"
                    + (origin == null ? "" : "Origin: " + origin + "\r\n") + "\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return Integer.parseInt(answer.substring("HTTP/1.1 ".length(), "HTTP/1.1 200".length()));
        }
    }
}
