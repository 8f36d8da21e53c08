package metaservice.migrations;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** A client that writes a flow and a run and keeps the transaction open. */
final class WriteTransaction implements AutoCloseable {

    private final Connection connection;

    WriteTransaction(TestDatabase database) throws SQLException {
        connection = database.dataSource().getConnection();
    }

    void begin() throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("INSERT INTO flows_v3 (flow_id, ts_epoch) VALUES ('F', 1) ON CONFLICT DO NOTHING");
            statement.execute("INSERT INTO runs_v3 (flow_id, ts_epoch) VALUES ('F', 1)");
        }
    }

    void commit() throws SQLException {
        connection.commit();
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
