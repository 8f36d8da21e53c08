package metaservice.launcher;

import java.sql.SQLException;
import java.util.Set;

/** What a failure of the database means, and how to say it. */
final class DatabaseTrouble {

    /** Going down, crashed, coming up, no such database, too many clients. */
    private static final Set<String> AWAY = Set.of("57P01", "57P02", "57P03", "3D000", "53300");

    private DatabaseTrouble() {}

    /** Whether the database could not be reached or let nobody in, so that trying again later may help. */
    static boolean isAway(SQLException failure) {
        String state = failure.getSQLState();
        return state == null || state.startsWith("08") || state.startsWith("28") || AWAY.contains(state);
    }

    /** One sentence for operators: which database, and the first line of what it or the driver said. */
    static String sentence(String database, SQLException failure) {
        String said = String.valueOf(failure.getMessage())
                .lines()
                .findFirst()
                .orElse("")
                .strip();
        return "Database " + database + " does not answer: " + said + (said.endsWith(".") ? "" : ".");
    }
}
