package metaservice.launcher.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.undertow.server.HttpHandler;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import metaservice.launcher.Http;
import metaservice.launcher.ServiceJar;
import metaservice.launcher.http.CannedAnswer;
import metaservice.launcher.http.FrontDoor;
import metaservice.migrations.Eventually;
import metaservice.migrations.SchemaVersion;
import metaservice.migrations.ServiceVersion;
import metaservice.spi.DatabaseAccess;
import metaservice.spi.ServiceProvider;
import metaservice.spi.ServiceStartException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

public class IsolatedServiceTest {

    public static final DatabaseAccess NO_DATABASE =
            new DatabaseValues("jdbc:none", Optional.empty(), Map.of(), 0, 1, Duration.ofSeconds(1));

    /** Answers with the thread and its context class loader; each path uses another way to run on a thread. */
    private static final String REPORTS_CONTEXT = ServiceJar.provider("Provider::handle", """
            static {
                System.getProperties().put("demo.loader",
                        new java.lang.ref.WeakReference<>(Provider.class.getClassLoader()));
            }
            static void handle(HttpServerExchange exchange) throws Exception {
                switch (exchange.getRequestPath()) {
                    case "/runnable" -> exchange.dispatch(() -> report(exchange));
                    case "/handler" -> exchange.dispatch((HttpHandler) Provider::report);
                    case "/twice" -> exchange.dispatch((HttpHandler) again -> again.dispatch((HttpHandler) Provider::report));
                    case "/body" -> exchange.getRequestReceiver().receiveFullBytes(
                            (received, body) -> received.dispatch(() -> report(received)));
                    case "/barrier" -> exchange.dispatch(() -> {
                        try {
                            ((java.util.concurrent.CyclicBarrier) System.getProperties().get("demo.barrier")).await();
                            report(exchange);
                        } catch (Exception e) {
                            throw new IllegalStateException(e);
                        }
                    });
                    case "/error" -> exchange.dispatch(() -> { throw new AssertionError("out of a task"); });
                    case "/exception" -> exchange.dispatch(() -> { throw new IllegalStateException("out of a task"); });
                    default -> report(exchange);
                }
            }
            static void report(HttpServerExchange exchange) {
                exchange.getResponseSender().send(context() + " in " + Thread.currentThread().getName());
            }
            """);

    @TempDir
    private Path folder;

    private BundledService jar(ServiceJar jar) throws Exception {
        return new BundledService(
                ServiceKind.METADATA,
                ServiceVersion.parse("9.8.7"),
                SchemaVersion.ZERO,
                "demo.Provider",
                jar.write(folder, "service.jar"));
    }

    private IsolatedService start(ServiceJar jar) throws Exception {
        return start(jar, NO_DATABASE, ServiceDeadlines.DEFAULTS);
    }

    private IsolatedService start(ServiceJar jar, DatabaseAccess database, ServiceDeadlines deadlines)
            throws Exception {
        return start(jar, database, PauseWhileBusy.NEVER, deadlines);
    }

    private IsolatedService start(
            ServiceJar jar, DatabaseAccess database, PauseWhileBusy pauses, ServiceDeadlines deadlines)
            throws Exception {
        return IsolatedService.start(
                jar(jar),
                database,
                SettingsValues.DEFAULTS,
                () -> {
                    throw new AssertionError("these services request no tokens");
                },
                pauses,
                deadlines);
    }

    @Test
    void serviceCanPauseBetweenTheStepsOfItsStart() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        PauseWhileBusy pauses = new PauseWhileBusy(() -> asked.incrementAndGet() == 0);
        ServiceJar steps = ServiceJar.of("9.8.7", "0")
                .source(
                        "demo.Provider",
                        ServiceJar.provider("exchange -> {}")
                                .replace(
                                        "HttpHandler handler =", "context.pauseBetweenSteps(); HttpHandler handler ="));
        start(steps, NO_DATABASE, pauses, ServiceDeadlines.DEFAULTS).close();
        assertEquals(1, asked.get());
    }

    private static String post(HttpHandler handler, String path) throws Exception {
        try (FrontDoor frontDoor =
                FrontDoor.open("front-door", new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1000)) {
            frontDoor.serve(handler);
            return Http.send(frontDoor.port(), "POST", path, "body").body();
        }
    }

    @Test
    void serviceLoadsThePlatformItselfAndTheSharedPackagesOnly() throws Exception {
        Path jar = ServiceJar.of("9.8.7", "0").write(folder, "service.jar");
        ClassLoader launcher = getClass().getClassLoader();
        try (ServiceClassLoader loader = new ServiceClassLoader(
                ServiceVersion.parse("9.8.7"), jar.toUri().toURL(), launcher)) {
            assertSame(loader, loader.loadClass("demo.Provider").getClassLoader());
            assertSame(ServiceProvider.class, loader.loadClass(ServiceProvider.class.getName()));
            assertSame(HttpHandler.class, loader.loadClass(HttpHandler.class.getName()));
            assertSame(java.sql.Driver.class, loader.loadClass("java.sql.Driver"));
            for (String hidden : new String[] {
                "metaservice.launcher.Main",
                "metaservice.migrations.SchemaVersion",
                "picocli.CommandLine",
                "org.postgresql.Driver",
                "metaservice.spinach.Any"
            }) {
                assertThrows(ClassNotFoundException.class, () -> loader.loadClass(hidden), hidden);
            }
        }
    }

    @Test
    void serviceFindsItsOwnResourcesOnly() throws Exception {
        Path jar = ServiceJar.of("9.8.7", "0")
                .resource("metaservice/launcher/build.properties", "own")
                .write(folder, "service.jar");
        try (ServiceClassLoader loader = new ServiceClassLoader(
                ServiceVersion.parse("9.8.7"), jar.toUri().toURL(), getClass().getClassLoader())) {
            assertNull(loader.getResource("simplelogger.properties"));
            assertFalse(loader.getResources("META-INF/services/java.sql.Driver").hasMoreElements());
            try (InputStream own = loader.getResourceAsStream("metaservice/launcher/build.properties")) {
                assertEquals("own", new String(own.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/in-call", "/runnable", "/handler", "/twice", "/body"})
    void everyThreadThatRunsServiceCodeHasItsContextLoader(String path) throws Exception {
        try (IsolatedService service = start(ServiceJar.of("9.8.7", "0").source("demo.Provider", REPORTS_CONTEXT))) {
            String answer = post(service.handler(), path);
            String thread = path.equals("/in-call") ? "front-door I/O" : "service-9.8.7 task";
            assertTrue(answer.startsWith("service-9.8.7 in " + thread), answer);
        }
    }

    @Test
    void taskAfterALateBodyHasTheContextLoader() throws Exception {
        try (IsolatedService service = start(ServiceJar.of("9.8.7", "0").source("demo.Provider", REPORTS_CONTEXT));
                FrontDoor frontDoor = FrontDoor.open(
                        "front-door", new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1000)) {
            frontDoor.serve(service.handler());
            String answer = sendBodyAfter(() -> {}, frontDoor.port());
            assertTrue(answer.contains("service-9.8.7 in service-9.8.7 task-1"), answer);
        }
    }

    /** Sends a body after the handler has begun to wait for it and the step is done; returns the answers. */
    private static String sendBodyAfter(Runnable step, int port) throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
                OutputStream out = socket.getOutputStream();
                InputStream in = socket.getInputStream()) {
            socket.setSoTimeout((int) Http.DEADLINE.toMillis());
            out.write(
                    "POST /body HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            assertEquals('H', in.read()); // of "100 Continue": the handler waits for the body
            step.run();
            out.write("abc".getBytes(StandardCharsets.US_ASCII));
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    @Test
    void requestWhoseBodyArrivesAfterTheCloseIsAnswered503() throws Exception {
        try (FrontDoor frontDoor =
                FrontDoor.open("front-door", new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1000)) {
            IsolatedService service = start(ServiceJar.of("9.8.7", "0").source("demo.Provider", REPORTS_CONTEXT));
            frontDoor.serve(service.handler());
            String answer = sendBodyAfter(service::close, frontDoor.port());
            assertTrue(answer.matches("(?s).*HTTP/1.1 503 .*Retry-After: 1\r\n.*"), answer);
        }
    }

    /** The barrier opens only when all requests run at the same time. */
    @Test
    void everyConnectionOfALargePoolHasAWorker() throws Exception {
        int connections = 40;
        System.getProperties().put("demo.barrier", new CyclicBarrier(connections));
        DatabaseAccess large =
                new DatabaseValues("jdbc:none", Optional.empty(), Map.of(), 0, connections, Duration.ofSeconds(1));
        try (IsolatedService service = start(
                        ServiceJar.of("9.8.7", "0").source("demo.Provider", REPORTS_CONTEXT),
                        large,
                        ServiceDeadlines.DEFAULTS);
                FrontDoor frontDoor = FrontDoor.open(
                        "front-door", new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1000)) {
            frontDoor.serve(service.handler());
            List<CompletableFuture<HttpResponse<String>>> answers = IntStream.range(0, connections)
                    .mapToObj(i -> Http.begin(frontDoor.port(), "/barrier"))
                    .toList();
            for (CompletableFuture<HttpResponse<String>> answer : answers) {
                assertEquals(200, answer.get().statusCode());
            }
        } finally {
            System.getProperties().remove("demo.barrier");
        }
    }

    @Test
    void contextLoaderOfTheCallerIsRestored() throws Exception {
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        try (IsolatedService service = start(ServiceJar.of("9.8.7", "0"))) {
            service.health();
            assertSame(before, Thread.currentThread().getContextClassLoader());
        }
        assertSame(before, Thread.currentThread().getContextClassLoader());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/exception", "/error"})
    void exceptionOfATaskIsA500WithAnId(String path) throws Exception {
        try (IsolatedService service = start(ServiceJar.of("9.8.7", "0").source("demo.Provider", REPORTS_CONTEXT))) {
            String answer = post(service.handler(), path);
            assertTrue(answer.startsWith("{\"message\": \"Internal error;"), answer);
        }
    }

    @Test
    void classThatIsNoProviderIsReported() {
        ServiceStartException failure = assertThrows(
                ServiceStartException.class,
                () -> start(ServiceJar.of("9.8.7", "0")
                        .source("demo.Provider", "package demo; public final class Provider {}")));
        assertTrue(
                failure.getMessage().endsWith("is no ServiceProvider with a public constructor without parameters"),
                failure::getMessage);
    }

    @Test
    void classThatCannotBeInitializedIsReported() {
        String broken = ServiceJar.provider("null", "static { if (true) throw new IllegalStateException(\"no\"); }");
        ServiceStartException failure = assertThrows(
                ServiceStartException.class,
                () -> start(ServiceJar.of("9.8.7", "0").source("demo.Provider", broken)));
        assertTrue(failure.getMessage().startsWith("Service 9.8.7 cannot be started: "), failure::getMessage);
    }

    @Test
    void messageOfAServiceThatCannotRunIsKept() {
        String refusing = ServiceJar.provider("refuse()", """
                static HttpHandler refuse() throws ServiceStartException {
                    throw new ServiceStartException("nothing to run on", null);
                }
                """);
        ServiceStartException failure = assertThrows(
                ServiceStartException.class,
                () -> start(ServiceJar.of("9.8.7", "0").source("demo.Provider", refusing)));
        assertEquals("nothing to run on", failure.getMessage());
    }

    @Test
    void errorDuringAStartIsReportedAndTheLoaderIsClosed() {
        String broken = ServiceJar.provider("fail()", """
                static HttpHandler fail() { throw new Unexpected(); }
                static final class Unexpected extends AssertionError {}
                """);
        ServiceStartException failure = assertThrows(
                ServiceStartException.class,
                () -> start(ServiceJar.of("9.8.7", "0").source("demo.Provider", broken)));
        assertTrue(failure.getMessage().startsWith("Service 9.8.7 cannot be started: "), failure::getMessage);
        ClassLoader loader = failure.getCause().getClass().getClassLoader();
        assertNull(loader.getResource("demo/Provider.class"), "the jar is still open");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/in-call", "/runnable", "/handler", "/twice", "/body"})
    void closedServiceIsCollectedWhileTheFrontDoorIsOpen(String path) throws Exception {
        try (FrontDoor frontDoor =
                FrontDoor.open("front-door", new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1000)) {
            awaitCollected(serveAndClose(frontDoor, path));
            assertEquals(503, Http.get(frontDoor.port(), "/").statusCode());
        }
    }

    @Test
    void serviceWhoseStartMissesItsDeadlineIsClosed() throws Exception {
        CountDownLatch latch = new CountDownLatch(1);
        System.getProperties().put("demo.latch", latch);
        String slow = ServiceJar.provider("slowly()", """
                        static HttpHandler slowly() {
                            while (true) {
                                try {
                                    ((java.util.concurrent.CountDownLatch) System.getProperties().get("demo.latch")).await();
                                    return null;
                                } catch (InterruptedException e) {
                                    // ignores interrupts
                                }
                            }
                        }
                        """)
                .replace("void close() {}", "void close() { System.setProperty(\"demo.closed\", \"yes\"); }");
        ServiceDeadlines shortStart = new ServiceDeadlines(Duration.ofSeconds(1), Http.DEADLINE, Http.DEADLINE);
        ServiceStartException failure = assertThrows(
                ServiceStartException.class,
                () -> start(ServiceJar.of("9.8.7", "0").source("demo.Provider", slow), NO_DATABASE, shortStart));
        assertEquals("Service 9.8.7 cannot be started: its start took longer than 1 s", failure.getMessage());
        latch.countDown();
        Eventually.await("the service is closed", () -> System.clearProperty("demo.closed") != null);
        Eventually.await(
                "its threads have ended",
                () -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().startsWith("service-9.8.7 start")
                                || thread.getName().startsWith("service-9.8.7 health")));
        System.getProperties().remove("demo.latch");
    }

    /** Throws a StackOverflowError because that is a VirtualMachineError. */
    @Test
    void jarIsClosedAfterAServiceFailsToClose() throws Exception {
        IsolatedService service = start(ServiceJar.of("9.8.7", "0")
                .source(
                        "demo.Provider",
                        ServiceJar.provider("null")
                                .replace("void close() {}", "void close() { throw new StackOverflowError(); }")));
        service.close();
        assertNull(service.loader().getResource("demo/Provider.class"), "the jar is still open");
    }

    @Test
    void healthChecksRunOnOneThreadThatEndsWithTheService() throws Exception {
        IsolatedService service = start(ServiceJar.of("9.8.7", "0")
                .source(
                        "demo.Provider",
                        ServiceJar.provider("null")
                                .replace(
                                        "return Health.UP;",
                                        "return Health.down(Thread.currentThread().getName() + \" \""
                                                + " + Thread.currentThread().getId());")));
        String first = service.health().detail();
        assertTrue(first.startsWith("service-9.8.7 health "), first);
        assertEquals(first, service.health().detail());
        service.close();
        Eventually.await(
                "the thread ended",
                () -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> first.endsWith(" " + thread.getId())));
    }

    @Test
    void loaderIsClosedAfterAFailedStart() {
        String refusing = ServiceJar.provider("refuse()", """
                static HttpHandler refuse() throws ServiceStartException {
                    throw new ServiceStartException("no", new ClassNotFoundException("", new LoaderCarrier()));
                }
                static final class LoaderCarrier extends Exception {}
                """);
        ServiceStartException failure = assertThrows(
                ServiceStartException.class,
                () -> start(ServiceJar.of("9.8.7", "0").source("demo.Provider", refusing)));
        ClassLoader loader = failure.getCause().getCause().getClass().getClassLoader();
        assertEquals("service-9.8.7", loader.getName());
        assertNull(loader.getResource("demo/Provider.class"), "the jar is still open");
    }

    /** In a method of its own, so that no local variable keeps the service alive. */
    private WeakReference<?> serveAndClose(FrontDoor frontDoor, String path) throws Exception {
        IsolatedService service = start(ServiceJar.of("9.8.7", "0").source("demo.Provider", REPORTS_CONTEXT));
        frontDoor.serve(service.handler());
        String answer = Http.send(frontDoor.port(), "POST", path, "body").body();
        assertTrue(answer.startsWith("service-9.8.7"), answer);
        frontDoor.serve(CannedAnswer.unavailable("message", "no service")).drain(Http.DEADLINE);
        service.close();
        return (WeakReference<?>) System.getProperties().remove("demo.loader");
    }

    private static void awaitCollected(WeakReference<?> reference) throws InterruptedException {
        long deadline = System.nanoTime() + Http.DEADLINE.toNanos();
        while (reference.get() != null && System.nanoTime() < deadline) {
            System.gc();
            Thread.onSpinWait();
        }
        assertNull(reference.get(), "still reachable");
    }
}
