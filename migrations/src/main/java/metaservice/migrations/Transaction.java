package metaservice.migrations;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** Runs statements in one transaction of a connection that is otherwise in autocommit mode. */
final class Transaction {

    private Transaction() {}

    /** The statements of a transaction. */
    @FunctionalInterface
    interface Work {
        /** Executes them; a failure undoes all. */
        void run(Statement statement) throws SQLException;
    }

    /**
     * Runs the work and commits; rolls back if it fails. The connection is in autocommit mode afterwards.
     *
     * @throws SQLException the failure of the work or of the commit
     */
    static void run(Connection connection, Work work) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            work.run(statement);
            connection.commit();
        } catch (SQLException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }
}
