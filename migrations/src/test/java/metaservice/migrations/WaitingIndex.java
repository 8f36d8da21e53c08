package metaservice.migrations;

/**
 * A concurrent index build that waits for transactions that wrote to its table. It is found in the progress view of
 * the server, not by its lock wait: a build also waits briefly for transactions that only read, among them the
 * queries of a test.
 *
 * @param table table of the index
 */
public record WaitingIndex(String table) {

    /** Whether such a build exists. Its index then exists and is invalid. */
    public boolean isIn(TestDatabase database) {
        return !database.query("SELECT 1" + from()).isEmpty();
    }

    /** SQL query that ends the connection of the build; returns one row if there is a build. */
    public String cut() {
        return "SELECT pg_terminate_backend(pid)" + from();
    }

    private String from() {
        return " FROM pg_stat_progress_create_index WHERE datname = current_database()"
                + " AND phase = 'waiting for writers before build' AND relid = '" + table + "'::regclass";
    }
}
