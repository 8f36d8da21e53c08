package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import metaservice.conformance.DeclaredDifferences.Rule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Plays against servers that send the recorded answers, so that a failure is a fault of the player. */
class PlayerTest {

    private static final String ODD_STEP = "{\"name\": \"odd\", \"request\": {\"method\": \"GET\", \"path\": \"/\"}, "
            + "\"response\": {\"status\": 500, \"headers\": {\"X\": \"y\"}, \"body\": {}}}";

    @TempDir
    Path folder;

    static List<String> recordings() {
        return Stream.of("v1", "v2", "v3", "migration")
                .flatMap(version -> Recordings.in(version).stream())
                .toList();
    }

    @ParameterizedTest
    @MethodSource("recordings")
    void aServiceThatAnswersAsRecordedPasses(String name) throws Exception {
        Transcript recorded = onlyCalls(name);
        PlayResult result = playAgainst(recorded, recorded, DeclaredDifferences.NONE);
        assertEquals(List.of(), result.failures());
        assertEquals(recorded.steps().size(), result.passed());
    }

    @ParameterizedTest
    @MethodSource("recordings")
    void anotherStatusFailsEveryStep(String name) throws Exception {
        Transcript recorded = onlyCalls(name);
        Transcript wrong = changed(recorded, call -> new Expectation(299, call.headers(), call.body(), Match.EXACT));
        PlayResult result = playAgainst(recorded, wrong, DeclaredDifferences.NONE);
        long tolerant = recorded.steps().stream()
                .filter(step -> ((Step.Call) step).expected().match().alsoAccepts(299))
                .count();
        assertEquals(recorded.steps().size() - tolerant, result.failed());
    }

    @ParameterizedTest
    @MethodSource("recordings")
    void anotherBodyFailsEveryStepThatComparesBodies(String name) throws Exception {
        Transcript recorded = onlyCalls(name);
        Transcript wrong = changed(recorded, call -> call.with(call.headers(), Json.text("something else")));
        PlayResult result = playAgainst(recorded, wrong, DeclaredDifferences.NONE);
        long tolerant = recorded.steps().stream()
                .map(step -> ((Step.Call) step))
                .filter(step -> step.expected().match().anyBody()
                        || step.expected().match().pgcode()
                        || step.request().method().equals("HEAD"))
                .count();
        assertTrue(result.failed() >= recorded.steps().size() - tolerant, result::toString);
    }

    @Test
    void declaredDifferencesAreRequiredAndOtherDifferencesFail() throws Exception {
        Transcript recorded = onlyCalls("v3/admin.jsonl");
        Transcript ours = changed(recorded, call -> {
            Map<String, String> headers = new HashMap<>(call.headers());
            headers.replace("METADATA_SERVICE_VERSION", "3.0.0");
            headers.replace(
                    "Content-Type", Json.isText(call.body()) ? "text/plain; charset=utf-8" : "application/json");
            boolean version = call.body().path("text").asText().equals("2.5.1");
            return call.with(headers, version ? Json.text("3.0.0") : call.body());
        });
        DeclaredDifferences differences =
                new DeclaredDifferences(Optional.of("3.0.0"), Set.of(Rule.JSON_IS_TYPED), List.of());
        assertEquals(List.of(), playAgainst(recorded, ours, differences).failures());
        assertFalse(playAgainst(recorded, ours, DeclaredDifferences.NONE).isAsRecorded());
        assertFalse(playAgainst(recorded, recorded, differences).isAsRecorded());
    }

    @Test
    void theVersionOfTheMigrationServiceIsNotReplaced() throws Exception {
        Transcript recorded = onlyCalls("migration/each.jsonl");
        DeclaredDifferences differences = new DeclaredDifferences(Optional.of("3.0.0"), Set.of(), List.of());
        assertEquals(List.of(), playAgainst(recorded, recorded, differences).failures());
    }

    @Test
    void anAllowedDivergenceIsComparedAsExactlyAsARecording() throws Exception {
        Transcript recorded = transcript(ODD_STEP);
        String file = Player.nameOf(recorded);
        JsonNode said = Json.parse("{\"message\": \"m\"}").orElseThrow();
        Transcript ours = changed(recorded, call -> call.withStatus(400).withBody(said));
        DeclaredDifferences demanded = allowed(
                AllowedDivergence.Scope.line(file, 1),
                was -> was.withStatus(400).withBody(said));
        PlayResult result = playAgainst(recorded, ours, demanded);
        assertEquals(List.of(), result.failures());
        assertEquals(Map.of("for the test", 1), result.divergent());
        assertFalse(playAgainst(recorded, recorded, demanded).isAsRecorded());
        assertFalse(playAgainst(
                        recorded,
                        ours,
                        allowed(
                                AllowedDivergence.Scope.line(file, 1),
                                was -> was.withStatus(404).withBody(said)))
                .isAsRecorded());
        assertFalse(playAgainst(
                        recorded,
                        ours,
                        allowed(
                                AllowedDivergence.Scope.line(file, 2),
                                was -> was.withStatus(400).withBody(said)))
                .isAsRecorded());
    }

    @Test
    void aServerErrorFailsEvenIfItWasRecorded() throws Exception {
        Transcript recorded = transcript(ODD_STEP.replace("{}}}", "{}}, \"match\": {\"also\": [\"4xx\", \"503\"]}}"));
        DeclaredDifferences strict =
                new DeclaredDifferences(Optional.empty(), Set.of(Rule.NO_RECORDED_FAILURES), List.of());
        assertTrue(playAgainst(recorded, recorded, DeclaredDifferences.NONE).isAsRecorded());
        assertFalse(playAgainst(recorded, recorded, strict).isAsRecorded());
        for (int fine : new int[] {400, 503}) {
            Transcript ours = changed(recorded, call -> call.withStatus(fine));
            assertTrue(playAgainst(recorded, ours, strict).isAsRecorded());
        }
        Transcript chatty = changed(
                recorded,
                call -> call.withStatus(400)
                        .withBody(Json.text(
                                "java.lang.IllegalStateException: no\n\tat metaservice.Some.thing(Some.java:1)")));
        assertFalse(playAgainst(recorded, chatty, strict).isAsRecorded());
    }

    @ParameterizedTest(name = "{1} in {0}: {2}")
    @CsvSource({
        "accidents-odd.jsonl, 404, true",
        "accidents-odd.jsonl, 200, true",
        "accidents-odd.jsonl, 502, false",
        "accidents.jsonl,     404, false"
    })
    void filesOfAccidentalBehaviourAcceptOtherAnswersWithoutServerErrors(String name, int status, boolean fine)
            throws Exception {
        Transcript recorded = renamed(transcript(ODD_STEP), name);
        Transcript ours = changed(recorded, call -> call.withStatus(status));
        DeclaredDifferences tolerant = new DeclaredDifferences(
                Optional.empty(), Set.of(Rule.NO_RECORDED_FAILURES, Rule.ACCIDENTAL_ANSWERS_MAY_DIFFER), List.of());
        PlayResult result = playAgainst(recorded, ours, tolerant);
        assertEquals(fine, result.isAsRecorded(), result::toString);
        assertEquals(fine ? 1 : 0, result.acceptedAnswers());
        assertFalse(playAgainst(recorded, ours, DeclaredDifferences.NONE).isAsRecorded());
    }

    @Test
    void anUnreachableServiceFailsEachStep() throws Exception {
        Transcript recorded = onlyCalls("v3/admin.jsonl");
        URI closed;
        try (RawServer gone = new RawServer(request -> "")) {
            closed = gone.address();
        }
        PlayResult result = player(closed, List.of(), DeclaredDifferences.NONE).play(recorded);
        assertEquals(recorded.steps().size(), result.failed());
        assertTrue(
                result.toString().contains("v3/admin.jsonl:2 GET /ping: IOException: no connection to 127.0.0.1"),
                result::toString);
    }

    @Test
    void aTranscriptForAServiceWithoutAddressIsSkipped() throws Exception {
        Transcript recorded = Recordings.read("v3/prefix.jsonl");
        Stage stage = new Stage(Map.of(), Optional.empty(), folder, List.of(), Stage.DEFAULT_TIMEOUT);
        PlayResult result = new Player(stage, DeclaredDifferences.NONE).play(recorded);
        assertFalse(result.isAsRecorded());
        assertTrue(result.skipped().orElseThrow().contains("'prefixed'"));
    }

    @Test
    void stepsThatNeedADatabaseFailWithoutOne() throws Exception {
        Transcript recorded = transcript("{\"sql\": \"select 1\", \"rows\": [[1]]}");
        PlayResult result = player(URI.create("http://127.0.0.1:1"), List.of(), DeclaredDifferences.NONE)
                .play(recorded);
        assertEquals(1, result.failed());
        assertTrue(result.toString().contains("this step needs a database"));
    }

    @Test
    void theToolIsRunWithTheAddressAndComparedWithTheRecording() throws Exception {
        Path tool = folder.resolve("tool");
        Files.writeString(tool, "#!/bin/sh\necho \"$@\"\nexit 3\n");
        Files.setPosixFilePermissions(tool, PosixFilePermissions.fromString("rwx------"));
        Transcript recorded = transcript(
                "{\"cli\": [\"up\", \"${base_url}\"], \"exit\": 3, \"stdout\": \"up http://127.0.0.1:1\\n\"}",
                "{\"cli\": [\"up\", \"a b\"], \"exit\": 0, \"stdout\": \"up\\n\"}");
        PlayResult result = player(URI.create("http://127.0.0.1:1"), List.of(tool.toString()), DeclaredDifferences.NONE)
                .play(recorded);
        assertEquals(1, result.passed());
        assertEquals(
                List.of("exit 3, expected 0; stderr: ", "stdout 'up a b\n', expected 'up\n'"),
                result.failures().stream().map(PlayResult.Failure::problem).toList());
    }

    private static DeclaredDifferences allowed(AllowedDivergence.Scope scope, UnaryOperator<Expectation> instead) {
        AllowedDivergence divergence = new AllowedDivergence("for the test", scope, instead);
        return new DeclaredDifferences(Optional.empty(), Set.of(), List.of(divergence));
    }

    private static Transcript renamed(Transcript transcript, String name) {
        return new Transcript(
                transcript.file().resolveSibling(name),
                transcript.service(),
                transcript.environment(),
                transcript.emptied(),
                transcript.listen(),
                transcript.steps());
    }

    private static PlayResult playAgainst(Transcript transcript, Transcript answers, DeclaredDifferences differences)
            throws IOException, SQLException, InterruptedException {
        Iterator<Step> next = answers.steps().iterator();
        try (RawServer server = new RawServer(request -> answer(((Step.Call) next.next()).expected(), request))) {
            return player(server.address(), List.of(), differences).play(transcript);
        }
    }

    private static Player player(URI service, List<String> tool, DeclaredDifferences differences) {
        Map<String, URI> services = Map.of(
                "metadata", service,
                "migration", service,
                "migration-locked", service,
                "migration-nodb", service,
                "prefixed", service,
                "tables", service,
                "cutoff", service,
                "sts", service);
        Stage stage = new Stage(services, Optional.empty(), Recordings.schemas(), tool, Stage.DEFAULT_TIMEOUT);
        return new Player(stage, differences);
    }

    private static String answer(Expectation expected, RawServer.Received request) {
        String body =
                Json.isText(expected.body()) ? expected.body().get("text").textValue() : Json.write(expected.body());
        StringBuilder answer = new StringBuilder("HTTP/1.1 " + expected.status() + " X\r\n");
        expected.headers().forEach((name, value) -> answer.append(name + ": " + value + "\r\n"));
        answer.append("Content-Length: " + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n");
        return answer.append(request.requestLine().startsWith("HEAD") ? "" : body)
                .toString();
    }

    /** A transcript without the steps that need a database or a tool. */
    private static Transcript onlyCalls(String name) {
        Transcript all = Recordings.read(name);
        List<Step> calls =
                all.steps().stream().filter(step -> step instanceof Step.Call).toList();
        return new Transcript(all.file(), all.service(), all.environment(), all.emptied(), all.listen(), calls);
    }

    private static Transcript changed(Transcript transcript, UnaryOperator<Expectation> change) {
        List<Step> steps = transcript.steps().stream()
                .map(step -> (Step.Call) step)
                .map(call -> (Step) new Step.Call(
                        call.line(), call.label(), call.request(), change.apply(call.expected()), call.notifications()))
                .toList();
        return new Transcript(transcript.file(), transcript.service(), Map.of(), true, false, steps);
    }

    private Transcript transcript(String... lines) throws IOException {
        return Transcript.read(Files.write(folder.resolve("x.jsonl"), List.of(lines)));
    }
}
