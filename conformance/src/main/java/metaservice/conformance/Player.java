package metaservice.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Plays transcripts against running services, one request at a time and in order, because the recorded ids depend on the
 * order. For one thread; only one player may use a database at a time.
 */
public final class Player {

    private final Stage stage;
    private final DeclaredDifferences differences;

    /**
     * Does not connect yet.
     *
     * @param stage the services, the database and the tool to play against
     * @param differences the differences from the recordings that the services may have
     */
    public Player(Stage stage, DeclaredDifferences differences) {
        this.stage = stage;
        this.differences = differences;
    }

    /**
     * Plays one transcript on new connections. A step that cannot be run, because the service does not answer or the
     * database refuses its SQL, is a failure of that step; the steps after it are still played.
     *
     * @throws SQLException if the database cannot be reached or emptied
     * @throws InterruptedException if the thread was interrupted while something ran
     */
    public PlayResult play(Transcript transcript) throws SQLException, InterruptedException {
        Optional<URI> service = Optional.ofNullable(stage.services().get(transcript.service()));
        if (service.isEmpty()) {
            String reason = nameOf(transcript) + " was not played: no address is known for the service '"
                    + transcript.service() + "'";
            return PlayResult.skipped(reason);
        }
        try (HttpConnection http = new HttpConnection(service.get(), stage.timeout())) {
            if (stage.database().isEmpty()) {
                return play(transcript, new Run(service.get(), http, Optional.empty()));
            }
            try (TestedDatabase database = new TestedDatabase(stage.database().get(), stage.schemas())) {
                prepare(database, transcript);
                return play(transcript, new Run(service.get(), http, Optional.of(database)));
            }
        }
    }

    /** The name of a transcript in failures and divergences: its folder and its file name. */
    static String nameOf(Transcript transcript) {
        Path file = transcript.file().toAbsolutePath();
        return Stream.of(file.getParent(), file)
                .map(Path::getFileName)
                .map(Path::toString)
                .collect(Collectors.joining("/"));
    }

    private static void prepare(TestedDatabase database, Transcript transcript) throws SQLException {
        if (transcript.emptied()) {
            database.empty();
        }
        if (transcript.listen()) {
            database.listen();
        }
    }

    private PlayResult play(Transcript transcript, Run run) throws InterruptedException {
        String name = nameOf(transcript);
        PlayResult.Tally tally = new PlayResult.Tally(name);
        for (Step step : transcript.steps()) {
            tally.add(step, compares(step), run.play(name, step));
        }
        run.awaitBackground().forEach(tally::addBackground);
        return tally.result();
    }

    private static boolean compares(Step step) {
        return step instanceof Step.Call
                || step instanceof Step.Command
                || (step instanceof Step.Sql sql && sql.rows().isPresent())
                || step.notifications().isPresent();
    }

    /** The state of playing one transcript: its connections and captured variables. */
    private final class Run {
        private final HttpConnection http;
        private final Optional<TestedDatabase> database;
        private final Variables variables = new Variables();

        Run(URI service, HttpConnection http, Optional<TestedDatabase> database) {
            this.http = http;
            this.database = database;
            variables.set("base_url", service.toString());
        }

        StepResult play(String file, Step step) throws InterruptedException {
            try {
                StepResult result = result(file, step);
                Optional<String> problem = step.notifications().isPresent()
                        ? notificationProblem(step, step.notifications().get())
                        : Optional.empty();
                return problem.isPresent() ? withProblem(result, problem.get()) : result;
            } catch (IOException | SQLException | IllegalArgumentException e) {
                return new StepResult.Failed(List.of(e.getClass().getSimpleName() + ": " + e.getMessage()));
            }
        }

        List<String> awaitBackground() {
            return database.map(TestedDatabase::awaitBackground).orElse(List.of());
        }

        private static StepResult withProblem(StepResult result, String problem) {
            List<String> problems = result instanceof StepResult.Failed failed ? failed.problems() : List.of();
            return new StepResult.Failed(
                    Stream.concat(problems.stream(), Stream.of(problem)).toList());
        }

        private StepResult call(String file, Step.Call call) throws IOException {
            Answer answer = http.send(call.request().with(variables));
            StepResult result = differences.compare(file, call, variables, answer);
            variables.capture(call.expected().match().capture(), answer);
            return result;
        }

        private StepResult result(String file, Step step) throws IOException, SQLException, InterruptedException {
            if (step instanceof Step.Call call) {
                return call(file, call);
            }
            if (step instanceof Step.Sql sql) {
                return sql(file, sql);
            }
            if (step instanceof Step.Rebuild rebuild) {
                database().rebuild(rebuild.schemaVersion(), rebuild.goose());
                return StepResult.AS_RECORDED;
            }
            return StepResult.of(command((Step.Command) step));
        }

        private StepResult sql(String file, Step.Sql sql) throws SQLException, InterruptedException {
            String statement = variables.inText(sql.statement());
            if (sql.background()) {
                database().runInBackground(statement);
                return StepResult.AS_RECORDED;
            }
            JsonNode rows = database().run(statement).orElse(NullNode.getInstance());
            return sql.rows()
                    .map(recorded -> differences.compare(file, sql, recorded, rows))
                    .orElse(StepResult.AS_RECORDED);
        }

        private List<String> command(Step.Command step) throws IOException, InterruptedException {
            if (stage.tool().isEmpty()) {
                throw new IllegalArgumentException("this step needs the command of the migration tool");
            }
            List<String> command = new ArrayList<>(stage.tool());
            step.arguments().forEach(argument -> command.add(variables.inText(argument)));
            return ToolRun.of(command, stage.timeout()).problems(step);
        }

        private Optional<String> notificationProblem(Step step, JsonNode expected) throws SQLException {
            Match match = step instanceof Step.Call call ? call.expected().match() : Match.EXACT;
            JsonNode arrived = database().notifications(expected.size());
            return JsonComparison.inOrderBy(match).difference("notify", expected, arrived);
        }

        private TestedDatabase database() {
            return database.orElseThrow(() -> new IllegalArgumentException("this step needs a database"));
        }
    }
}
