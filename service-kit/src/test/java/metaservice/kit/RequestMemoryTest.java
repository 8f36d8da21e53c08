package metaservice.kit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.undertow.Undertow;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import metaservice.spi.MemoryBudget;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Requests that find too little memory are refused, and every request returns what it took. */
class RequestMemoryTest {

    private static final Duration DEADLINE = Duration.ofSeconds(30);
    /** More than two long bodies need, because a client may have an answer before its memory is returned. */
    private static final int BUDGET = 8 << 20;

    private static final String SHORT = "x".repeat(10_000);
    private static final String MEDIUM = "x".repeat(100_000);
    private static final String LONG = "x".repeat(300_000);

    private final FixedMemory memory = FixedMemory.of(BUDGET);
    private Undertow server;

    @BeforeEach
    void start() {
        List<Route> routes = List.of(
                Route.post(
                        "/length",
                        request -> Answer.text(
                                Integer.toString(request.json().textValue().length()))),
                Route.post(
                        "/echo",
                        request -> Answer.jsonString(200, request.json().textValue())),
                Route.post("/fails", request -> {
                    throw new IllegalStateException(request.json().getNodeType().name());
                }),
                Route.get("/short", request -> Answer.jsonString(200, SHORT)),
                Route.get("/medium", request -> Answer.jsonString(200, MEDIUM)),
                Route.get("/long", request -> Answer.jsonString(200, LONG)));
        Router router = new Router("", 2 << 20, memory, "1.2.3", new Failures(Failures.STRUCTURED), routes);
        server = Undertow.builder().addHttpListener(0, "127.0.0.1", router).build();
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop();
    }

    @Test
    void everyRequestReturnsWhatItTook() throws Exception {
        for (int i = 0; i < 20; i++) {
            assertEquals(200, post("/length", LONG).statusCode());
            assertEquals(200, post("/echo", LONG).statusCode());
            assertEquals(500, post("/fails", LONG).statusCode());
            assertEquals(200, get("/medium").statusCode());
            assertEquals(200, get("/long").statusCode());
        }
        assertAllIsReturned();
    }

    @Test
    void longBodyIsRefusedIfParsingItHasTooLittleMemory() throws Exception {
        assertTrue(memory.parsing().take(BUDGET));
        assertRefused(post("/length", LONG));
        assertEquals("10000", post("/length", SHORT).body());
        memory.parsing().giveBack(BUDGET);
        assertEquals("300000", post("/length", LONG).body());
        assertAllIsReturned();
    }

    @Test
    void longAnswerIsRefusedIfTooMuchIsUnread() throws Exception {
        assertTrue(memory.answers().take(BUDGET));
        assertRefused(get("/medium"));
        assertRefused(get("/long"));
        assertEquals('"' + SHORT + '"', get("/short").body());
        memory.answers().giveBack(BUDGET);
        assertEquals('"' + MEDIUM + '"', get("/medium").body());
        assertEquals('"' + LONG + '"', get("/long").body());
    }

    /** The longest body may need more than there is, and is then processed alone. */
    @Test
    void bodyThatNeedsMoreThanTheBudgetTakesAllOfIt() throws Exception {
        String longest = "x".repeat(1_500_000);
        assertTrue(memory.parsing().take(1));
        assertRefused(post("/length", longest));
        memory.parsing().giveBack(1);
        assertEquals("1500000", post("/length", longest).body());
    }

    private void assertAllIsReturned() {
        server.stop(); // after it no exchange is incomplete
        for (MemoryBudget budget : List.of(memory.bodies(), memory.parsing(), memory.answers())) {
            assertTrue(budget.take(BUDGET));
        }
    }

    private static void assertRefused(HttpResponse<String> answer) {
        assertEquals(503, answer.statusCode(), answer::body);
        assertEquals("1", answer.headers().firstValue("Retry-After").orElse("-"));
        assertTrue(answer.body().contains("please retry"), answer::body);
    }

    private HttpResponse<String> get(String path) throws Exception {
        return send(HttpRequest.newBuilder(uri(path)).GET());
    }

    private HttpResponse<String> post(String path, String text) throws Exception {
        return send(HttpRequest.newBuilder(uri(path)).POST(HttpRequest.BodyPublishers.ofString('"' + text + '"')));
    }

    private URI uri(String path) {
        int port = ((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort();
        return URI.create("http://127.0.0.1:" + port + path);
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return HttpClient.newHttpClient().send(request.timeout(DEADLINE).build(), HttpResponse.BodyHandlers.ofString());
    }
}
