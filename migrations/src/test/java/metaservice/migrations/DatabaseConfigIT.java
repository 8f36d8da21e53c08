package metaservice.migrations;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import metaservice.settings.DatabaseConfig;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The driver connects to the database that the configuration names. */
class DatabaseConfigIT {

    @ParameterizedTest
    @ValueSource(strings = {"plain", "with blank", "a/b?c&d=e%20f+g#h", "ünï", "quo\"te'd"})
    void databaseWithAnyNameIsReachable(String name) throws SQLException {
        String quoted = '"' + name.replace("\"", "\"\"") + '"';
        TestDatabase.administer(TestDatabases.port(), "CREATE DATABASE " + quoted);
        try {
            Map<String, String> environment = Map.of(
                    "MF_METADATA_DB_PORT",
                    Integer.toString(TestDatabases.port()),
                    "MF_METADATA_DB_NAME",
                    name,
                    "MF_METADATA_DB_PSWD",
                    "!#$%&*()-_=+[]{}<>:?'\"@/\\");
            try (Connection connection = DatabaseConfig.fromEnvironment(environment)
                            .dataSource()
                            .getConnection();
                    Statement statement = connection.createStatement();
                    ResultSet row =
                            statement.executeQuery("SELECT current_database(), current_setting('application_name')")) {
                row.next();
                assertEquals(name, row.getString(1));
                assertEquals("metaservice", row.getString(2));
            }
        } finally {
            TestDatabase.administer(TestDatabases.port(), "DROP DATABASE " + quoted + " WITH (FORCE)");
        }
    }
}
