package metaservice.tools.database;

import java.net.UnknownHostException;
import java.sql.SQLException;
import java.util.Optional;

/** Makes one sentence of a failure of the database: what failed, and what was expected. */
final class FailureSentence {

    private FailureSentence() {}

    /**
     * The sentence.
     *
     * @param database host, port and name
     * @param user the user of the connection; empty if it is unknown
     */
    static String of(String database, Optional<String> user, SQLException failure) {
        String who = user.map(name -> "user " + name).orElse("the user");
        String message = firstLine(failure);
        if (hasCause(failure, UnknownHostException.class)) {
            return "Database " + database
                    + " has an unknown host name; expected a name or an address that this machine can"
                    + " resolve (MF_METADATA_DB_HOST).";
        }
        return switch (String.valueOf(failure.getSQLState())) {
            case "28P01", "28000" ->
                "Database " + database + " refused the login of " + who + " (" + message
                        + "); expected a user and a password that the server accepts (MF_METADATA_DB_USER,"
                        + " MF_METADATA_DB_PSWD).";
            case "3D000" ->
                "Database " + database + " does not exist; expected the name of the database with the tables"
                        + " (MF_METADATA_DB_NAME).";
            case "42501" ->
                "Database " + database + " refused a statement of " + who + " (" + message
                        + "); expected the owner of the tables or a member of it.";
            case "25006" ->
                "Database " + database + " is read-only (" + message + "); expected the primary server"
                        + " (MF_METADATA_DB_HOST).";
            case "57014", "55P03" ->
                "Database " + database + " took too long (" + message
                        + "); expected it to be less busy, or no transaction that stays open.";
            case "08001", "08004", "08006" ->
                "Database " + database + " does not answer (" + message
                        + "); expected a PostgreSQL server at this address (MF_METADATA_DB_HOST, MF_METADATA_DB_PORT).";
            default -> "Database " + database + " failed: " + message + (message.endsWith(".") ? "" : ".");
        };
    }

    private static boolean hasCause(Throwable failure, Class<? extends Throwable> type) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return true;
            }
        }
        return false;
    }

    private static String firstLine(SQLException failure) {
        return String.valueOf(failure.getMessage())
                .lines()
                .findFirst()
                .orElse("no message")
                .strip();
    }
}
