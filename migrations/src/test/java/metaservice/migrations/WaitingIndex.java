package metaservice.migrations;

/**
 * An index build that waits for those who wrote to its table before it began. It is looked for in the server's progress
 * report, not among all waits for a lock: a build waits also for whoever only looks, and so for the looking test itself,
 * for a moment.
 *
 * @param table its table
 */
public record WaitingIndex(String table) {

    /** Whether there is one. Its index is there then, and not valid. */
    public boolean isIn(TestDatabase database) {
        return !database.query("SELECT 1" + from()).isEmpty();
    }

    /** SQL query: cuts its connection; one row if there is one. */
    public String cut() {
        return "SELECT pg_terminate_backend(pid)" + from();
    }

    private String from() {
        return " FROM pg_stat_progress_create_index WHERE datname = current_database()"
                + " AND phase = 'waiting for writers before build' AND relid = '" + table + "'::regclass";
    }
}
