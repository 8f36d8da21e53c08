package metaservice.tools;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** An HTTP server that returns prepared responses in order and records the requests. */
final class FakeService implements AutoCloseable {

    private record Prepared(int status, String body) {}

    private final HttpServer server;
    private final Deque<Prepared> responses = new ArrayDeque<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();

    FakeService() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::respond);
        server.start();
    }

    FakeService answering(int status, String body) {
        responses.add(new Prepared(status, body));
        return this;
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    List<String> requests() {
        return requests;
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void respond(HttpExchange exchange) throws IOException {
        try (exchange) {
            int sent = exchange.getRequestBody().readAllBytes().length;
            requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " " + sent + " bytes");
            Prepared prepared = responses.remove();
            byte[] body = prepared.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(prepared.status(), body.length == 0 ? -1 : body.length);
            if (body.length > 0) {
                exchange.getResponseBody().write(body);
            }
        }
    }
}
