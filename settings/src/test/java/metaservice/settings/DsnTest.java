package metaservice.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class DsnTest {

    private static final String EVERY_SPECIAL = "!#$%&*()-_=+[]{}<>:?'\"@/\\";

    static Stream<Arguments> strings() {
        return Stream.of(
                Arguments.of("host=db", Map.of("host", "db")),
                Arguments.of(" host = db\tport\n=\n5433 ", Map.of("host", "db", "port", "5433")),
                Arguments.of("host=a host=b", Map.of("host", "b")),
                Arguments.of("user='' host=db", Map.of("user", "", "host", "db")),
                Arguments.of("password='it\\'s \\\\ mine'", Map.of("password", "it's \\ mine")),
                Arguments.of("password=a\\ b\\'c", Map.of("password", "a b'c")),
                Arguments.of("password=a=b'c", Map.of("password", "a=b'c")),
                Arguments.of("host=db password=", Map.of("host", "db", "password", "")),
                Arguments.of(
                        "password='" + EVERY_SPECIAL.replace("\\", "\\\\").replace("'", "\\'") + "'",
                        Map.of("password", EVERY_SPECIAL)),
                Arguments.of(
                        "host=a,b port=1,2 target_session_attrs=read-write",
                        Map.of("host", "a,b", "port", "1,2", "target_session_attrs", "read-write")),
                Arguments.of("postgres://db", Map.of("host", "db")),
                Arguments.of("postgresql://db/name", Map.of("host", "db", "dbname", "name")),
                Arguments.of(
                        "postgresql://me:se%3Acret@db:5433/my%20name?sslmode=require&connect_timeout=3",
                        Map.of(
                                "host", "db",
                                "port", "5433",
                                "user", "me",
                                "password", "se:cret",
                                "dbname", "my name",
                                "sslmode", "require",
                                "connect_timeout", "3")),
                Arguments.of("postgresql://me@db", Map.of("user", "me", "host", "db")),
                Arguments.of("postgresql://me:a:b?c#d@db", Map.of("user", "me", "password", "a:b?c#d", "host", "db")),
                Arguments.of(
                        "postgresql://me:%21%23%24%25%26%2A%28%29-_%3D%2B%5B%5D%7B%7D%3C%3E%3A%3F%27%22%40%2F%5C@db",
                        Map.of("user", "me", "password", EVERY_SPECIAL, "host", "db")),
                Arguments.of("postgresql://a,b:5433,c/n", Map.of("host", "a,b,c", "port", ",5433,", "dbname", "n")),
                Arguments.of("postgresql://[::1]:5433/n", Map.of("host", "::1", "port", "5433", "dbname", "n")),
                Arguments.of("postgresql:///n?host=a,b&port=1,2", Map.of("host", "a,b", "port", "1,2", "dbname", "n")),
                Arguments.of("postgresql://db?ssl=true", Map.of("host", "db", "sslmode", "require")),
                Arguments.of("postgresql://db/n+m", Map.of("host", "db", "dbname", "n+m")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("strings")
    void connectionStringIsParsedLikeLibpqDoes(String text, Map<String, String> expected) {
        assertEquals(expected, Dsn.parse(text).settings());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                " ",
                "hunter2",
                "host=db hunter2",
                "host=db password='hunter2",
                "hunter2=x",
                "postgresql://me:hunter2%zz@db",
                "postgresql://me:hunter2%4@db",
                "postgresql://me:hunter2%00@db",
                "postgresql://me:hunter2%ff@db",
                "postgresql://me:hunter2@[::1/n",
                "postgresql://me:hunter2@[::1]x/n",
                "postgresql://me:half/hunter2@db:5432/n",
                "postgresql://me:12345/hunter2@db/n",
                "postgresql://db?hunter2",
                "postgresql://db?hunter2=1"
            })
    void stringThatLibpqRejectsIsRejectedWithoutQuotingIt(String text) {
        String message = assertThrows(IllegalArgumentException.class, () -> Dsn.parse(text))
                .getMessage();
        assertFalse(message.contains("hunter2"), message);
    }

    @Test
    void toStringHidesTheValues() {
        assertEquals("Dsn[host, password]", Dsn.parse("host=db password=secret").toString());
    }
}
