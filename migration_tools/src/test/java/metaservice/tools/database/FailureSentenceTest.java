package metaservice.tools.database;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.UnknownHostException;
import java.sql.SQLException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FailureSentenceTest {

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "28P01, refused the login of user u (m); expected a user and a password",
        "3D000, does not exist; expected the name of the database",
        "42501, refused a statement of user u (m); expected the owner of the tables",
        "25006, is read-only (m); expected the primary server",
        "57014, took too long (m); expected it to be less busy",
        "08001, does not answer (m); expected a PostgreSQL server at this address",
        "XX000, failed: m."
    })
    void sentenceSaysWhatWasExpected(String state, String expected) {
        String sentence = FailureSentence.of("db:5432/x", Optional.of("u"), new SQLException("m\nmore", state));
        assertTrue(sentence.startsWith("Database db:5432/x " + expected), sentence);
    }

    @Test
    void unknownHostIsNamed() {
        SQLException failure = new SQLException("m", "08001", new UnknownHostException("db"));
        assertTrue(FailureSentence.of("db:5432/x", Optional.empty(), failure).contains("unknown host name"));
    }
}
