package metaservice.kit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Maps exceptions to error answers, and is the only place that logs them. Thread-safe.
 *
 * <ul>
 *   <li>A client error is a 4xx. If the database found it, the answer has the database's message in the format of the
 *       reference.
 *   <li>A database that is not available, and too many long reads at once, are 503 with {@code Retry-After}; clients
 *       retry these.
 *   <li>Everything else is 500 with an id; the log has the stack trace under this id.
 * </ul>
 */
public final class Failures {

    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

    /** HTTP status by SQLSTATE, where it is not 400; the same as the reference's. */
    private static final Map<String, Integer> STATUS_BY_SQLSTATE = Map.of("23505", 409, "23503", 404);

    private final DatabaseErrorFormat format;

    /** Writes database errors in the given format. */
    public Failures(DatabaseErrorFormat format) {
        this.format = format;
    }

    /** How a database error looks inside the JSON string that clients get. It differs between API generations. */
    @FunctionalInterface
    public interface DatabaseErrorFormat {
        /** Adds the member {@code err_msg} for an error of the server. */
        void describe(ServerErrorMessage error, ObjectNode answer);
    }

    /** An object with PostgreSQL's whole message, its SQLSTATE, its severity and its first line. */
    public static final DatabaseErrorFormat STRUCTURED = (error, answer) -> {
        ObjectNode message = answer.putObject("err_msg");
        message.put("pgerror", error.getSeverity() + ":  " + withDetail(error));
        message.put("pgcode", error.getSQLState());
        message.putObject("diag").put("message_primary", error.getMessage()).put("severity", error.getSeverity());
    };

    /** The server's message and its detail, each on its own line. */
    public static String withDetail(ServerErrorMessage error) {
        String detail = error.getDetail() == null ? "" : "DETAIL:  " + error.getDetail() + "\n";
        return error.getMessage() + "\n" + detail;
    }

    /**
     * The answer for a failure.
     *
     * @param request method and path of the request, for the log
     */
    Answer answer(String request, Exception failure) {
        if (failure instanceof ClientError error) {
            return error.answer();
        }
        if (failure instanceof SQLException error) {
            Optional<Answer> known = ofDatabase(request, error);
            if (known.isPresent()) {
                return known.get();
            }
        }
        String id = UUID.randomUUID().toString();
        LOG.error("{} failed, error id {}", request, id, failure);
        return Answer.message(500, "internal error; the service's log has more under id " + id);
    }

    private Optional<Answer> ofDatabase(String request, SQLException error) {
        if (error instanceof LongReadPermits.TooManyLongReadsException) {
            LOG.warn("{}: {}", request, error.getMessage());
            return Optional.of(
                    Answer.message(503, error.getMessage() + ", please retry").with("Retry-After", "1"));
        }
        if (isUnavailable(error)) {
            LOG.warn("{}: the database is not available: {}", request, error.getMessage());
            return Optional.of(Answer.message(503, "the database is not available, please retry")
                    .with("Retry-After", "1"));
        }
        String state = String.valueOf(error.getSQLState());
        boolean isClientError = state.startsWith("22") || state.startsWith("23") || state.startsWith("54");
        if (!isClientError || !(error instanceof PSQLException postgres) || postgres.getServerErrorMessage() == null) {
            return Optional.empty();
        }
        ObjectNode body = Json.MAPPER.createObjectNode();
        format.describe(postgres.getServerErrorMessage(), body);
        return Optional.of(Answer.jsonString(STATUS_BY_SQLSTATE.getOrDefault(state, 400), Json.text(body)));
    }

    /**
     * Whether a retry can succeed: no connection (class 08, or none free in the pool), the server shuts down or starts
     * (57P01 to 57P03), the server has no resources left (class 53), the statement exceeded its timeout (57014), two
     * transactions conflicted (class 40), a lock was not available within {@code lock_timeout} (55P03), the server is now
     * read-only (25006), or it ended a transaction that exceeded its timeout (25P03, 25P04).
     */
    private static boolean isUnavailable(SQLException error) {
        String state = String.valueOf(error.getSQLState());
        return error instanceof SQLTransientConnectionException
                || state.startsWith("08")
                || state.startsWith("57P0")
                || state.startsWith("53")
                || state.startsWith("40")
                || state.equals("55P03")
                || state.equals("25006")
                || state.equals("25P03")
                || state.equals("25P04")
                || state.equals(RowCursor.QUERY_CANCELED);
    }
}
