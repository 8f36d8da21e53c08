package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import metaservice.conformance.ApiDocument.Operation;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The API document of each service version matches the service: it has the paths and methods of the router, its
 * schemas accept the recorded responses, and its examples were recorded. All requests use a path prefix.
 */
class ApiDocumentIT {

    private static final String PREFIX = "/meta";
    private static final Pattern LINK = Pattern.compile("(?:href|src)=\"([^\"]*)\"");

    @Nested
    class V1 extends Documented {
        V1() {
            super(TestDatabases.at(1), "v1");
        }
    }

    @Nested
    class V2 extends Documented {
        V2() {
            super(TestDatabases.at(20230118020300L), "v2");
        }
    }

    @Nested
    class V3 extends Documented {
        V3() {
            super(TestDatabases.newest(), "v3");
        }
    }

    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    abstract static class Documented {

        @AutoClose
        private final TestDatabase database;

        private final String recordings;

        @AutoClose
        private LauncherProcess launcher;

        @AutoClose
        private HttpConnection http;

        private ApiDocument document;

        Documented(TestDatabase database, String recordings) {
            this.database = database;
            this.recordings = recordings;
        }

        @BeforeAll
        void readTheDocument() throws IOException, InterruptedException {
            Map<String, String> environment = new HashMap<>(database.environment());
            environment.put("PATH_PREFIX", PREFIX);
            launcher = LauncherProcess.start(environment);
            http = new HttpConnection(launcher.metadata(), Stage.DEFAULT_TIMEOUT);
            Answer answer = send("GET", "/api/doc/swagger.json", NullNode.getInstance());
            assertEquals(200, answer.status());
            assertEquals(Optional.of("application/json; charset=utf-8"), answer.header("Content-Type"));
            document = new ApiDocument(answer.body());
        }

        @AfterAll
        void stopTheLauncher() throws InterruptedException {
            if (launcher != null) { // null if the start failed
                launcher.stop();
            }
        }

        private Answer send(String method, String path, JsonNode body) throws IOException {
            return http.send(new Request(method, path, Optional.empty(), body, Map.of()));
        }

        @Test
        void documentIsValidAndNamesTheRunningVersion() {
            assertEquals(List.of(), document.problems());
            assertEquals(
                    launcher.serviceVersion(),
                    document.root().path("info").path("version").textValue());
        }

        @Test
        void serverUrlIncludesThePathPrefix() {
            String server = document.root().path("servers").path(0).path("url").textValue();
            assertEquals(
                    launcher.metadata() + "/",
                    URI.create(launcher.metadata() + "/api/doc/swagger.json")
                            .resolve(server)
                            .toString());
        }

        /** The router lists the methods of a path in the Allow header when it rejects another method. */
        @Test
        void documentHasTheMethodsThatTheRouterHas() throws IOException {
            Map<String, Set<String>> documented = new HashMap<>();
            document.operations()
                    .forEach(operation -> documented
                            .computeIfAbsent(operation.path(), path -> new TreeSet<>())
                            .add(operation.method()));
            for (Map.Entry<String, Set<String>> path : documented.entrySet()) {
                Answer refusal = send("DELETE", document.examplePath(path.getKey()), NullNode.getInstance());
                assertEquals(405, refusal.status(), path::getKey);
                assertEquals(
                        path.getValue(),
                        new TreeSet<>(
                                List.of(refusal.header("Allow").orElseThrow().split(",", -1))),
                        path::getKey);
            }
        }

        /** Write operations run first, with the example of the document as the body. */
        @Test
        void responsesToTheExamplesMatchTheirSchemas() throws IOException {
            List<Operation> operations = document.operations().stream()
                    .sorted(Comparator.comparing(operation -> operation.method().equals("GET")))
                    .toList();
            for (Operation operation : operations) {
                JsonNode body = operation.json().at("/requestBody/content/application~1json/example");
                Answer answer = send(
                        operation.method(),
                        document.examplePath(operation.path()),
                        body.isMissingNode() ? NullNode.getInstance() : body);
                boolean noRole = operation.path().equals("/auth/token");
                assertEquals(noRole ? 501 : 200, answer.status(), () -> operation + ": " + answer.text());
                Optional<JsonNode> schema = operation.schema(answer.status());
                assertEquals(
                        List.of(),
                        schema.map(one -> document.problems(one, answer.body(), operation + ": body"))
                                .orElse(List.of()));
            }
        }

        @Test
        void recordedResponsesMatchTheDocument() {
            List<String> problems = new ArrayList<>();
            calls(recordings)
                    .filter(call -> call.expected().status() / 100 == 2)
                    .filter(call -> !call.expected().match().anyBody())
                    .forEach(call -> {
                        Request request = call.request();
                        String operationName = request.method() + " " + request.path();
                        Optional<Operation> operation = document.operation(request.method(), request.path());
                        if (operation.isEmpty()) {
                            problems.add(operationName + " is not documented");
                            return;
                        }
                        operation
                                .get()
                                .schema(call.expected().status())
                                .map(schema -> document.problems(
                                        schema, call.expected().body(), operationName))
                                .ifPresent(problems::addAll);
                    });
            assertEquals(List.of(), problems);
        }

        @Test
        void examplesWereRecorded() {
            Set<JsonNode> recorded = new HashSet<>();
            Stream.of(recordings, "v2").flatMap(Documented::calls).forEach(call -> {
                for (JsonNode body :
                        List.of(call.request().body(), call.expected().body())) {
                    recorded.add(body);
                    body.forEach(recorded::add);
                }
            });
            List<JsonNode> unrecorded = document.operations().stream()
                    .flatMap(operation -> Stream.of("/requestBody", "/responses/200")
                            .map(part -> operation.json().at(part + "/content/application~1json/example")))
                    .filter(example -> !example.isMissingNode())
                    .map(example -> example.isArray() ? example.get(0) : example)
                    .filter(example -> !recorded.contains(example))
                    .toList();
            assertEquals(List.of(), unrecorded);
        }

        /** The recorded calls without unsupported behaviour ({@code -odd} files). */
        private static Stream<Step.Call> calls(String folder) {
            return Recordings.in(folder).stream()
                    .filter(name -> !name.endsWith("-odd.jsonl"))
                    .map(Recordings::read)
                    .filter(transcript -> !transcript.service().equals("prefixed"))
                    .flatMap(transcript -> transcript.steps().stream())
                    .filter(Step.Call.class::isInstance)
                    .map(Step.Call.class::cast);
        }

        @Test
        void pageLoadsOnlyItsOwnFiles() throws IOException {
            Answer page = send("GET", "/api/doc", NullNode.getInstance());
            assertEquals(200, page.status());
            assertEquals(Optional.of("text/html; charset=utf-8"), page.header("Content-Type"));
            assertTrue(page.header("Content-Security-Policy").orElseThrow().startsWith("default-src 'none';"));
            List<String> links = LINK.matcher(page.text())
                    .results()
                    .map(link -> link.group(1))
                    .toList();
            assertFalse(links.isEmpty());
            for (String link : links) {
                assertTrue(link.startsWith("doc/"), link);
                Answer file = send("GET", "/api/" + link, NullNode.getInstance());
                assertEquals(200, file.status(), link);
                assertFalse(file.text().isEmpty(), link);
            }
        }

        @Test
        void otherFilesOfTheJarAreNotServed() throws IOException {
            for (String file : List.of("..%2FFlows.class", "..%5CFlows.class", "index.html", "%2Fetc%2Fpasswd", "..")) {
                assertEquals(
                        404,
                        send("GET", "/api/doc/" + file, NullNode.getInstance()).status(),
                        file);
            }
        }
    }
}
