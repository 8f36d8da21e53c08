package metaservice.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import metaservice.migrations.Eventually;

/**
 * A headless Chromium (Debian package) with one page, steered by its debugging protocol, so that no other program and no
 * library is needed. Used by one thread.
 */
final class Browser implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration ANSWER = Duration.ofSeconds(30);

    /** Events that report a fault of the page; the log also has violations of its content security policy. */
    private static final List<String> FAULTS = List.of("Runtime.exceptionThrown", "Log.entryAdded");

    private final ServerProgram program;
    private final WebSocket socket;
    private final Messages messages;
    private final AtomicInteger lastId = new AtomicInteger();

    private Browser(ServerProgram program, WebSocket socket, Messages messages) {
        this.program = program;
        this.socket = socket;
        this.messages = messages;
    }

    /** Starts Chromium. If it is not installed, the test is skipped, except on CI, where it fails. */
    static Browser start() throws Exception {
        Path chromium = ServerProgram.find("chromium");
        Path folder = Files.createTempDirectory("chromium");
        int port = ServerProgram.freePort();
        ServerProgram program = ServerProgram.start(
                List.of(
                        chromium.toString(),
                        "--headless=new",
                        "--no-sandbox", // it needs privileges that a container lacks; the only page is our own
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--hide-scrollbars",
                        "--no-first-run",
                        "--user-data-dir=" + folder,
                        "--remote-debugging-port=" + port,
                        "about:blank"),
                folder,
                port);
        try {
            Messages messages = new Messages();
            HttpClient client = HttpClient.newHttpClient();
            WebSocket socket = client.newWebSocketBuilder()
                    .buildAsync(page(client, port), messages)
                    .get(ANSWER.toSeconds(), TimeUnit.SECONDS);
            Browser browser = new Browser(program, socket, messages);
            for (String domain : List.of("Page", "Runtime", "Log")) {
                browser.send(domain + ".enable", Map.of());
            }
            return browser;
        } catch (Exception e) {
            program.close();
            throw e;
        }
    }

    private static URI page(HttpClient client, int port) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/json/new?about:blank"))
                .PUT(HttpRequest.BodyPublishers.noBody())
                .build();
        String body = client.send(request, HttpResponse.BodyHandlers.ofString()).body();
        return URI.create(JSON.readTree(body).get("webSocketDebuggerUrl").textValue());
    }

    /** Opens a page and waits until it is loaded. */
    void open(URI address) {
        send("Page.navigate", Map.of("url", address.toString()));
        await("the page is loaded", "location.href !== 'about:blank' && document.readyState === 'complete'");
    }

    /** The value of an expression in JavaScript; of a promise, the value that it is resolved with. */
    JsonNode evaluate(String expression) {
        JsonNode answer =
                send("Runtime.evaluate", Map.of("expression", expression, "awaitPromise", true, "returnByValue", true));
        if (answer.has("exceptionDetails")) {
            throw new AssertionError(expression + ": " + answer.get("exceptionDetails"));
        }
        return answer.path("result").path("value");
    }

    /** The text of the first element that a CSS selector finds, as it is seen; empty if there is none. */
    String text(String selector) {
        return evaluate("(document.querySelector(" + quoted(selector) + ") || {innerText: ''}).innerText")
                .textValue();
    }

    /** The texts of all elements that a CSS selector finds. */
    List<String> texts(String selector) {
        JsonNode found =
                evaluate("[...document.querySelectorAll(" + quoted(selector) + ")].map(one => one.innerText.trim())");
        return JSON.convertValue(found, JSON.getTypeFactory().constructCollectionType(List.class, String.class));
    }

    /** Waits until an expression is true. */
    void await(String what, String expression) {
        Eventually.await(what, () -> evaluate("Boolean(" + expression + ")").booleanValue());
    }

    /** Clicks the middle of an element, as a mouse does. */
    void click(String selector) {
        JsonNode box = evaluate("(() => { const one = document.querySelector(" + quoted(selector) + ");"
                + " one.scrollIntoView({block: 'center'}); const box = one.getBoundingClientRect();"
                + " return {x: box.x + box.width / 2, y: box.y + box.height / 2}; })()");
        for (String type : List.of("mousePressed", "mouseReleased")) {
            send(
                    "Input.dispatchMouseEvent",
                    Map.of(
                            "type",
                            type,
                            "x",
                            box.get("x").doubleValue(),
                            "y",
                            box.get("y").doubleValue(),
                            "button",
                            "left",
                            "clickCount",
                            1));
        }
    }

    /** Presses and releases a key that writes nothing, such as Escape. */
    void press(String key, int code) {
        press(key, code, "");
    }

    /** Presses Enter. */
    void pressEnter() {
        press("Enter", 13, "\r");
    }

    private void press(String key, int code, String written) {
        for (String type : List.of("keyDown", "keyUp")) {
            send(
                    "Input.dispatchKeyEvent",
                    Map.of(
                            "type", type,
                            "key", key,
                            "code", key,
                            "windowsVirtualKeyCode", code,
                            "text", type.equals("keyDown") ? written : ""));
        }
    }

    /** Writes text where the focus is. */
    void write(String text) {
        send("Input.insertText", Map.of("text", text));
    }

    /** Size of the window in CSS pixels. */
    void resize(int width, int height) {
        send(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    }

    /** The colours that the reader prefers: {@code light} or {@code dark}. */
    void prefer(String colours) {
        send(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", colours))));
    }

    /** Whether the pages that are opened from now on may run scripts. */
    void allowScripts(boolean allowed) {
        send("Emulation.setScriptExecutionDisabled", Map.of("value", !allowed));
    }

    /** A picture of the whole page, as PNG. */
    byte[] picture() {
        JsonNode answer = send("Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", true));
        return Base64.getDecoder().decode(answer.get("data").textValue());
    }

    /** Exceptions and violations of the content security policy since the start. */
    List<String> faults() {
        return List.copyOf(messages.faults);
    }

    @Override
    public void close() throws IOException {
        try {
            send("Browser.close", Map.of());
        } finally {
            socket.abort();
            program.close();
        }
    }

    private static String quoted(String text) {
        return JsonNodeFactory.instance.textNode(text).toString();
    }

    private JsonNode send(String method, Map<String, Object> parameters) {
        int id = lastId.incrementAndGet();
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        messages.waiting.put(id, answer);
        ObjectNode message = JSON.createObjectNode().put("id", id).put("method", method);
        message.set("params", JSON.valueToTree(parameters));
        try {
            socket.sendText(message.toString(), true).get(ANSWER.toSeconds(), TimeUnit.SECONDS);
            JsonNode received = answer.get(ANSWER.toSeconds(), TimeUnit.SECONDS);
            if (received.has("error")) {
                throw new AssertionError(method + ": " + received.get("error"));
            }
            return received.path("result");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(method, e);
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError(method, e);
        }
    }

    /** What Chromium sends: answers by the numbers of their requests, and events. */
    private static final class Messages implements WebSocket.Listener {

        private final Map<Integer, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();
        private final List<String> faults = new CopyOnWriteArrayList<>();
        private final StringBuilder partial = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            partial.append(data);
            if (last) {
                String whole = partial.toString();
                partial.setLength(0);
                receive(Json.parse(whole).orElseThrow());
            }
            from.request(1);
            return null;
        }

        private void receive(JsonNode message) {
            if (message.has("id")) {
                Optional.ofNullable(waiting.remove(message.get("id").intValue()))
                        .ifPresent(answer -> answer.complete(message));
            } else if (FAULTS.contains(message.path("method").textValue())
                    && !message.path("params")
                            .path("entry")
                            .path("source")
                            .asText()
                            .equals("network")) {
                faults.add(message.get("params").toString());
            }
        }
    }
}
