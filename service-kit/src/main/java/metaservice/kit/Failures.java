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
 * Makes answers of failures; the one place where they are logged. A client's mistake becomes a 4xx that shows what the
 * database said of it, in the reference's form; a database that is away becomes 503 with {@code Retry-After}, which
 * clients retry; everything else is our fault: 500 with an id that stands in the log beside the stack trace.
 * Thread-safe.
 */
public final class Failures {

    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

    /** The statuses that the reference gives to errors of the database, by SQLSTATE. */
    private static final Map<String, Integer> STATUS_BY_SQLSTATE = Map.of("23505", 409, "23503", 404);

    private final Form form;

    /** Makes database errors look as one generation of clients knows them. */
    public Failures(Form form) {
        this.form = form;
    }

    /** How an error of the database looks inside the JSON string that clients get. */
    @FunctionalInterface
    public interface Form {
        /** The member {@code err_msg} for what the server said. */
        void describe(ServerErrorMessage error, ObjectNode answer);
    }

    /** An object with PostgreSQL's whole message, the SQLSTATE and its parts. */
    public static final Form STRUCTURED = (error, answer) -> {
        ObjectNode message = answer.putObject("err_msg");
        message.put("pgerror", error.getSeverity() + ":  " + withDetail(error));
        message.put("pgcode", error.getSQLState());
        message.putObject("diag").put("message_primary", error.getMessage()).put("severity", error.getSeverity());
    };

    /** What the server said and its detail, each on a line of its own. */
    public static String withDetail(ServerErrorMessage error) {
        String detail = error.getDetail() == null ? "" : "DETAIL:  " + error.getDetail() + "\n";
        return error.getMessage() + "\n" + detail;
    }

    /**
     * The answer for a failure.
     *
     * @param request what was asked, for the log
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
        if (isUnavailable(error)) {
            LOG.warn("{}: the database is not available: {}", request, error.getMessage());
            return Optional.of(Answer.message(503, "the database is not available, please retry")
                    .with("Retry-After", "1"));
        }
        String state = String.valueOf(error.getSQLState());
        boolean clientsMistake = state.startsWith("22") || state.startsWith("23") || state.startsWith("54");
        if (!clientsMistake || !(error instanceof PSQLException postgres) || postgres.getServerErrorMessage() == null) {
            return Optional.empty();
        }
        ObjectNode body = Json.MAPPER.createObjectNode();
        form.describe(postgres.getServerErrorMessage(), body);
        return Optional.of(Answer.jsonString(STATUS_BY_SQLSTATE.getOrDefault(state, 400), body.toString()));
    }

    /**
     * Whether trying again later may help: no connection (class 08, or none free in the pool), the server is going down
     * or starting (57P01 to 57P03), it has no connection left (class 53), the statement took too long (57014), two
     * transactions were in each other's way (class 40), a lock was not to be had in the time that the operator allows
     * (55P03), or the server has become one that only reads (25006) or ended a transaction that took too long (25P03, 25P04).
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
                || state.equals("57014");
    }
}
