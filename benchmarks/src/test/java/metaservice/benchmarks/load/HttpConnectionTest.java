package metaservice.benchmarks.load;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpConnectionTest {

    /** Length 0 makes the server of the JDK send chunks. */
    @ParameterizedTest
    @ValueSource(ints = {0, 200_000})
    void answersWithALengthAndInChunksAreReadOneAfterTheOther(int length) throws Exception {
        byte[] body = "x".repeat(200_000).getBytes(StandardCharsets.US_ASCII);
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(201, length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
        try (HttpConnection connection = new HttpConnection(address)) {
            for (int i = 0; i < 2; i++) {
                HttpConnection.Response response = connection.send(Call.get("/ping"));
                assertEquals(201, response.status());
                assertEquals(200_000, response.body().length());
            }
        } finally {
            server.stop(0);
        }
    }
}
