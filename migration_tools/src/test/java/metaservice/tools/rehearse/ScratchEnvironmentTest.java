package metaservice.tools.rehearse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import metaservice.settings.DatabaseConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScratchEnvironmentTest {

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            nullValues = "none",
            value = {
                "none | localhost:5432/scratch",
                "MF_METADATA_DB_HOST=db;MF_METADATA_DB_NAME=real | db:5432/scratch",
                "MF_METADATA_DB_HOST=pooler;MF_MIGRATION_DB_HOST=db;MF_MIGRATION_DB_PORT=6000 | db:6000/scratch",
                "MF_METADATA_DB_DSN=host=db port=1 dbname=real user=u | db:1/scratch",
                "MF_METADATA_DB_DSN=postgresql://u:p@db:1/real?sslmode=require | db:1/scratch",
                "MF_METADATA_DB_DSN=postgresql://u:p@db/real | db:5432/scratch",
                "MF_METADATA_DB_DSN=host=pooler dbname=real user=u;MF_MIGRATION_DB_DSN=host=db dbname=real user=u | db:5432/scratch",
                "MF_METADATA_DB_DSN=postgresql://u@pooler:1/real;MF_MIGRATION_DB_HOST=db;MF_MIGRATION_DB_PORT=2 | db:2/scratch"
            })
    void databaseIsReplacedOnTheServerOfMigrations(String variables, String expected) throws IOException {
        Map<String, String> scratch = ScratchEnvironment.onSameServer(variables(variables), "scratch");
        DatabaseConfig config = DatabaseConfig.fromEnvironment(scratch);
        assertEquals(expected, config.describe());
        assertEquals(expected, config.forMigrations().describe());
    }

    @Test
    void connectionStringIsReadFromItsFile(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("dsn"), "host=db user=u password='it\\'s' dbname=real\n");
        Map<String, String> scratch =
                ScratchEnvironment.onSameServer(Map.of("MF_METADATA_DB_DSN_FILE", file.toString()), "scratch");
        DatabaseConfig config = DatabaseConfig.fromEnvironment(scratch);
        assertEquals("db:5432/scratch", config.describe());
        assertEquals("it's", config.currentProperties().get("password"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"host=db dbname=other user=u", "postgres://u@db/other", "postgres://u@db/other?sslmode=disable"})
    void schemaOfAnotherDatabaseIsTheSearchPath(String connectionString) {
        Map<String, String> scratch = ScratchEnvironment.inSchema(
                Map.of("MF_METADATA_DB_DSN_FILE", "/none", "MF_MIGRATION_DB_HOST", "real"), connectionString, "copy_1");
        DatabaseConfig config = DatabaseConfig.fromEnvironment(scratch);
        assertEquals("db:5432/other", config.forMigrations().describe());
        assertEquals("-c search_path=copy_1", config.jdbcProperties().get("options"));
    }

    @Test
    void launcherIsReachableFromThisMachineOnly() throws IOException {
        Map<String, String> scratch = ScratchEnvironment.onSameServer(
                variables("MF_METADATA_HOST=0.0.0.0;MF_MIGRATION_HOST=0.0.0.0;MF_METADATA_PORT=8080;PATH_PREFIX=/p;"
                        + "USE_SEPARATE_READER_POOL=1;MF_USER_IAM_ROLE=arn:x;MF_METADATA_DB_PSWD=secret"),
                "scratch");
        assertEquals("127.0.0.1", scratch.get("MF_METADATA_HOST"));
        assertEquals("0", scratch.get("MF_METADATA_PORT"));
        assertEquals("secret", scratch.get("MF_METADATA_DB_PSWD"));
        assertFalse(scratch.containsKey("MF_MIGRATION_HOST"));
        assertFalse(scratch.containsKey("PATH_PREFIX"));
        assertFalse(scratch.containsKey("MF_USER_IAM_ROLE"));
        assertTrue(DatabaseConfig.fromEnvironment(scratch).readerUrl().isEmpty());
    }

    private static Map<String, String> variables(String text) {
        return text == null
                ? Map.of()
                : Arrays.stream(text.split(";"))
                        .map(variable -> variable.split("=", 2))
                        .collect(Collectors.toMap(parts -> parts[0].strip(), parts -> parts[1].strip()));
    }
}
