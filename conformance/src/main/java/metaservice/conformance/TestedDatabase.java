package metaservice.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BigIntegerNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * The database of the service under test. Empties, rebuilds, changes and reads it without the service. Keeps one connection
 * open, so that a step that made the database refuse connections can be undone by a later one. For one thread.
 */
public final class TestedDatabase implements AutoCloseable {

    private static final String EMPTY_TABLES =
            "TRUNCATE flows_v3, runs_v3, steps_v3, tasks_v3, metadata_v3, artifact_v3 RESTART IDENTITY CASCADE";
    private static final String EMPTY_SCHEMA = "DROP SCHEMA public CASCADE; CREATE SCHEMA public";
    private static final String LEDGER_UP_TO = "DELETE FROM goose_db_version WHERE version_id > ";

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(30);

    /** Time for a background statement to get its locks before the next step; the recordings were made with it. */
    private static final Duration HEAD_START = Duration.ofMillis(700);

    /** Limit of the wait for expected notifications. */
    private static final Duration NOTIFICATION_TIMEOUT = Duration.ofSeconds(3);
    /** Wait for an unexpected notification where none is expected. */
    private static final Duration UNEXPECTED_NOTIFICATION_WAIT = Duration.ofMillis(200);

    private final DataSource source;
    private final Path schemas;
    private final Connection connection;
    private final List<CompletableFuture<Void>> background = new ArrayList<>();

    /**
     * Connects.
     *
     * @param schemas folder with one {@code <schema version>.sql} per version, and {@code goose_db_version.sql}, the
     *     reference's ledger
     */
    public TestedDatabase(DataSource source, Path schemas) throws SQLException {
        this.source = source;
        this.schemas = schemas;
        this.connection = source.getConnection();
    }

    /** Empties the six tables and restarts their sequences at 1. */
    public void empty() throws SQLException {
        run(EMPTY_TABLES);
    }

    /**
     * Drops the schema {@code public} and creates it again.
     *
     * @param schemaVersion schema version to create; if empty, no table is created
     * @param goose whether the reference's ledger is created, too, filled up to that version
     */
    public void rebuild(Optional<String> schemaVersion, boolean goose) throws SQLException, IOException {
        run(EMPTY_SCHEMA);
        if (schemaVersion.isPresent()) {
            run(Files.readString(schemas.resolve(schemaVersion.get() + ".sql")));
        }
        if (goose) {
            run(Files.readString(schemas.resolve("goose_db_version.sql")));
            run(LEDGER_UP_TO + Long.parseLong(schemaVersion.orElse("0")));
        }
    }

    /** Runs one or more statements; returns the rows of the last one as an array, or empty if it returns no rows. */
    public Optional<JsonNode> run(String sql) throws SQLException {
        return run(connection, sql);
    }

    /** Starts statements on a separate connection; returns when they end, at the latest 700 ms after connecting. */
    public void runInBackground(String sql) throws InterruptedException {
        CountDownLatch connected = new CountDownLatch(1);
        CompletableFuture<Void> work =
                CompletableFuture.runAsync(() -> runOnNewConnection(sql, connected), new ThreadPerTask("background"));
        background.add(work);
        try {
            if (!connected.await(CONNECT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                return; // if it fails later, awaitBackground() reports it
            }
            work.get(HEAD_START.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            return; // still running, as intended; or failed, which awaitBackground() reports
        }
    }

    /** Waits for all background statements to end; returns one message for each that failed. */
    public List<String> awaitBackground() {
        List<String> problems = new ArrayList<>();
        for (CompletableFuture<Void> work : background) {
            try {
                work.join();
            } catch (CompletionException e) {
                problems.add("in the background: " + e.getCause().getMessage());
            }
        }
        background.clear();
        return problems;
    }

    /** Collects the notifications on channel {@code notify} from now on. */
    public void listen() throws SQLException {
        run("LISTEN notify");
    }

    /**
     * The next notifications. Waits up to 3 s until {@code count} of them have arrived; if {@code count} is 0, waits 200 ms
     * for unexpected ones.
     */
    public JsonNode notifications(int count) throws SQLException {
        ArrayNode payloads = JsonNodeFactory.instance.arrayNode();
        Duration timeout = count == 0 ? UNEXPECTED_NOTIFICATION_WAIT : NOTIFICATION_TIMEOUT;
        long end = System.nanoTime() + timeout.toNanos();
        for (long left = timeout.toMillis(); left > 0; left = (end - System.nanoTime()) / 1_000_000) {
            for (PGNotification arrived :
                    connection.unwrap(PGConnection.class).getNotifications(Math.toIntExact(left))) {
                payloads.add(payload(arrived));
            }
            if (count > 0 && payloads.size() >= count) {
                break;
            }
        }
        return payloads;
    }

    /** Disconnects; does not end background statements. */
    @Override
    public void close() throws SQLException {
        connection.close();
    }

    private void runOnNewConnection(String sql, CountDownLatch connected) {
        try (Connection own = source.getConnection()) {
            connected.countDown();
            run(own, sql);
        } catch (SQLException e) {
            throw new CompletionException(e);
        } finally {
            connected.countDown();
        }
    }

    private static JsonNode payload(PGNotification notification) {
        String text = notification.getParameter();
        return Json.parse(text).orElseGet(() -> JsonNodeFactory.instance.textNode(text));
    }

    private static Optional<JsonNode> run(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            Optional<JsonNode> last = Optional.empty();
            boolean rows = statement.execute(sql);
            while (rows || statement.getUpdateCount() >= 0) {
                last = rows ? Optional.of(rowsOf(statement)) : Optional.empty();
                rows = statement.getMoreResults();
            }
            return last;
        }
    }

    private static JsonNode rowsOf(Statement statement) throws SQLException {
        try (ResultSet result = statement.getResultSet()) {
            ArrayNode rows = JsonNodeFactory.instance.arrayNode();
            while (result.next()) {
                rows.add(rowOf(result));
            }
            return rows;
        }
    }

    private static ArrayNode rowOf(ResultSet result) throws SQLException {
        ResultSetMetaData columns = result.getMetaData();
        ArrayNode row = JsonNodeFactory.instance.arrayNode();
        for (int column = 1; column <= columns.getColumnCount(); column++) {
            String text = result.getString(column);
            row.add(
                    text == null
                            ? JsonNodeFactory.instance.nullNode()
                            : value(columns.getColumnTypeName(column), text));
        }
        return row;
    }

    private static JsonNode value(String type, String text) {
        return switch (type) {
            case "int2", "int4", "int8", "oid", "serial", "bigserial" -> new BigIntegerNode(new BigInteger(text));
            case "float4", "float8", "numeric" -> new DecimalNode(new BigDecimal(text));
            case "bool" -> JsonNodeFactory.instance.booleanNode(text.equals("t"));
            case "json", "jsonb" -> Json.parse(text).orElseThrow();
            default -> JsonNodeFactory.instance.textNode(text);
        };
    }
}
