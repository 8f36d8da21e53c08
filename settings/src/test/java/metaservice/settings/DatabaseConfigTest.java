package metaservice.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseConfigTest {

    private static final String EVERY_SPECIAL = "!#$%&*()-_=+[]{}<>:?'\"@/\\";

    @TempDir
    private Path folder;

    @Test
    void withoutVariablesTheDefaultsApply() {
        DatabaseConfig config = DatabaseConfig.fromEnvironment(Map.of());
        assertEquals("jdbc:postgresql://localhost:5432/postgres", config.jdbcUrl());
        assertEquals("localhost:5432/postgres", config.describe());
        assertEquals(
                Map.of(
                        "user", "postgres",
                        "password", "postgres",
                        "sslmode", "prefer",
                        "ApplicationName", "metaservice",
                        "tcpKeepAlive", "true",
                        "hostRecheckSeconds", "1",
                        "connectTimeout", "10",
                        "socketTimeout", "70"),
                config.jdbcProperties());
        assertEquals(
                List.of(1, 10, Duration.ofSeconds(60)), List.of(config.poolMin(), config.poolMax(), config.timeout()));
        assertTrue(config.ignoredDsn().isEmpty());
    }

    @Test
    void emptyVariablesCountAsUnset() {
        Map<String, String> empty = new HashMap<>();
        for (String name : List.of("DSN", "HOST", "PORT", "USER", "PSWD", "NAME", "SSL_MODE", "POOL_MIN", "TIMEOUT")) {
            empty.put("MF_METADATA_DB_" + name, "");
        }
        assertEquals(DatabaseConfig.fromEnvironment(Map.of()), DatabaseConfig.fromEnvironment(empty));
    }

    @Test
    void passwordWithAnyCharactersIsAPropertyOnly() {
        DatabaseConfig config = DatabaseConfig.fromEnvironment(Map.of("MF_METADATA_DB_PSWD", EVERY_SPECIAL));
        assertEquals(EVERY_SPECIAL, config.jdbcProperties().get("password"));
        assertFalse((config.jdbcUrl() + config.describe() + config).contains(EVERY_SPECIAL));
    }

    @Test
    void passwordIsReadFromAFile() throws IOException {
        Path file = Files.writeString(folder.resolve("secret"), " with blanks \n");
        DatabaseConfig config = DatabaseConfig.fromEnvironment(
                Map.of("MF_METADATA_DB_PSWD_FILE", file.toString(), "MF_METADATA_DB_PSWD", "other"));
        assertEquals(" with blanks ", config.jdbcProperties().get("password"));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "disable, prefer, ",
        "disabled, prefer, ",
        "allow, allow, /ca",
        "prefer, prefer, /ca",
        "require, verify-ca, /ca", // like libpq: a root certificate enables verification
        "verify-ca, verify-ca, /ca",
        "verify-full, verify-full, /ca"
    })
    void certificatesApplyWithSslModesOnly(String mode, String expectedMode, String expectedRoot) {
        for (String rootVariable : List.of("MF_METADATA_DB_SSL_ROOT_CERT_PATH", "MF_METADATA_DB_SSL_ROOT_CERT")) {
            Map<String, String> properties = DatabaseConfig.fromEnvironment(Map.of(
                            "MF_METADATA_DB_SSL_MODE",
                            mode,
                            "MF_METADATA_DB_SSL_CERT_PATH",
                            "/cert",
                            "MF_METADATA_DB_SSL_KEY_PATH",
                            "/key",
                            rootVariable,
                            "/ca"))
                    .jdbcProperties();
            assertEquals(expectedMode, properties.get("sslmode"));
            assertEquals(expectedRoot, properties.get("sslrootcert"));
            assertEquals(expectedRoot == null ? null : "/cert", properties.get("sslcert"));
            assertEquals(expectedRoot == null ? null : "/key", properties.get("sslkey"));
        }
    }

    static Stream<Arguments> dsns() {
        return Stream.of(
                Arguments.of("host=db user=me", "db:5432/me", Map.of("user", "me", "sslmode", "prefer")),
                Arguments.of("host=db dbname='a b/c?'", "db:5432/a b/c?", Map.of()),
                Arguments.of("dbname=n sslmode=disable", "localhost:5432/n", Map.of("sslmode", "disable")),
                Arguments.of(
                        "postgresql://me:pw@a:1,b:2/n?target_session_attrs=read-write&sslmode=verify-full&sslrootcert=/ca",
                        "a:1,b:2/n",
                        Map.of(
                                "user", "me",
                                "password", "pw",
                                "targetServerType", "primary",
                                "sslmode", "verify-full",
                                "sslrootcert", "/ca")),
                Arguments.of("postgres://a,b:2,c/n", "a:5432,b:2,c:5432/n", Map.of()),
                Arguments.of("host=a,b port=6000 dbname=n", "a:6000,b:6000/n", Map.of()),
                Arguments.of("postgresql://[fe80::1]:7/n", "[fe80::1]:7/n", Map.of()),
                Arguments.of(
                        "host=db dbname=n connect_timeout=3 keepalives=0 application_name=x",
                        "db:5432/n",
                        Map.of("connectTimeout", "3", "tcpKeepAlive", "false", "ApplicationName", "x")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("dsns")
    void dsnOverridesTheOtherVariables(String dsn, String address, Map<String, String> expected) {
        DatabaseConfig config = DatabaseConfig.fromEnvironment(
                Map.of("MF_METADATA_DB_DSN", dsn, "MF_METADATA_DB_HOST", "other", "MF_METADATA_DB_SSL_MODE", "allow"));
        assertEquals(address, config.describe());
        expected.forEach(
                (name, value) -> assertEquals(value, config.jdbcProperties().get(name), name));
        assertTrue(config.ignoredDsn().isEmpty());
    }

    @Test
    void unparsableDsnIsIgnoredWithAMessage() {
        DatabaseConfig config = DatabaseConfig.fromEnvironment(
                Map.of("MF_METADATA_DB_DSN", "hunter2 hunter2", "MF_METADATA_DB_HOST", "other"));
        assertEquals("other:5432/postgres", config.describe());
        String why = config.ignoredDsn().orElseThrow();
        assertTrue(why.startsWith("MF_METADATA_DB_DSN is ignored"), why);
        assertFalse(why.contains("hunter2"), why);
    }

    @Test
    void dsnWithoutPasswordUsesThePasswordVariable() {
        DatabaseConfig config = DatabaseConfig.fromEnvironment(
                Map.of("MF_METADATA_DB_DSN", "host=db user=me", "MF_METADATA_DB_PSWD", "mine"));
        assertEquals("mine", config.jdbcProperties().get("password"));
    }

    @Test
    void allProblemsAreReportedTogether() {
        Map<String, String> wrong = Map.of(
                "MF_METADATA_DB_HOST", "db/other",
                "MF_METADATA_DB_PORT", "65536",
                "MF_METADATA_DB_PSWD_FILE", "/no/such/file",
                "MF_METADATA_DB_POOL_MIN", "-1",
                "MF_METADATA_DB_POOL_MAX", "many",
                "MF_METADATA_DB_TIMEOUT", "0");
        List<String> problems = assertThrows(InvalidConfigException.class, () -> DatabaseConfig.fromEnvironment(wrong))
                .problems();
        assertEquals(wrong.size(), problems.size(), problems::toString);
        wrong.forEach((name, value) -> assertTrue(
                problems.stream().anyMatch(problem -> problem.startsWith(name) && problem.contains(value)),
                () -> name + " in " + problems));
    }

    /** The contract: other modes than these have the effect of the default. */
    @ParameterizedTest
    @ValueSource(strings = {"REQUIRE", "Require", "verify_full", "foo", "true", "1"})
    void unknownSslModeIsThatOfTheReferenceWithAMessage(String mode) {
        DatabaseConfig config = DatabaseConfig.fromEnvironment(
                Map.of("MF_METADATA_DB_SSL_MODE", mode, "MF_METADATA_DB_SSL_ROOT_CERT_PATH", "/ca"));
        assertEquals("prefer", config.jdbcProperties().get("sslmode"));
        assertFalse(config.jdbcProperties().containsKey("sslrootcert"));
        String message = config.ignoredSslMode().orElseThrow();
        assertTrue(message.startsWith("MF_METADATA_DB_SSL_MODE is '" + mode + "'"), message);
        assertTrue(message.contains("[allow, prefer, require, verify-ca, verify-full]"), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"disabled", "disable", "allow", "prefer", "require", "verify-ca", "verify-full", "", " "})
    void knownSslModesCauseNoMessage(String mode) {
        assertEquals(
                Optional.empty(),
                DatabaseConfig.fromEnvironment(Map.of("MF_METADATA_DB_SSL_MODE", mode))
                        .ignoredSslMode());
    }

    @ParameterizedTest(name = "''{0}'': {1}")
    @CsvSource({
        "127.0.0.1, 127.0.0.1:5432",
        "' db.example ', db.example:5432",
        "DB.Example, db.example:5432",
        "::1, [::1]:5432",
        "[::1], [::1]:5432",
        "2001:db8::5432, [2001:db8::5432]:5432",
        "fe80::1%eth9, [fe80::1%eth9]:5432",
        "::ffff:127.0.0.1, [::ffff:127.0.0.1]:5432",
        "'a,b', 'a:5432,b:5432'",
        "' a , ::1 ', 'a:5432,[::1]:5432'"
    })
    void hostsAreNamesAndAddresses(String host, String address) {
        DatabaseConfig config = DatabaseConfig.fromEnvironment(Map.of("MF_METADATA_DB_HOST", host));
        assertEquals("jdbc:postgresql://" + address + "/postgres", config.jdbcUrl());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "db:5432",
                "127.0.0.1:5432",
                "[::1]:5432",
                "[::1",
                "::1]",
                "[127.0.0.1]",
                "a b",
                "http://db",
                "db/name",
                "user@db",
                "1:2",
                "::1::2",
                "a,127.0.0.1:5432"
            })
    void otherHostsAreRefusedInTheSameSentence(String host) {
        for (String variable : List.of("MF_METADATA_DB_HOST", "MF_METADATA_DB_READ_REPLICA_HOST")) {
            List<String> problems = assertThrows(
                            InvalidConfigException.class,
                            () -> DatabaseConfig.fromEnvironment(
                                    Map.of(variable, host, "USE_SEPARATE_READER_POOL", "1")))
                    .problems();
            String named = host.substring(host.indexOf(',') + 1);
            assertEquals(
                    List.of(variable + " names the host '" + named
                            + "'; expected a name or an address without a port, which MF_METADATA_DB_PORT names"),
                    problems);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "host=/var/run/postgresql",
        "sslmode=require2 host=db",
        "'host=a,b port=1,2,3'",
        "host=db port=none",
        "host=db target_session_attrs=writable",
        "host=db connect_timeout=soon"
    })
    void dsnWithUnsupportedValueIsAProblem(String dsn) {
        List<String> problems = assertThrows(
                        InvalidConfigException.class,
                        () -> DatabaseConfig.fromEnvironment(Map.of("MF_METADATA_DB_DSN", dsn)))
                .problems();
        assertEquals(1, problems.size(), problems::toString);
        assertTrue(problems.get(0).startsWith("MF_METADATA_DB_DSN"), problems::toString);
    }

    @ParameterizedTest
    @ValueSource(strings = {"postgresql://me:half@hunter2@db/n", "postgresql://me:hunter2", "host=/hunter2"})
    void possiblePartsOfAPasswordAreNotQuoted(String dsn) {
        List<String> problems = assertThrows(
                        InvalidConfigException.class,
                        () -> DatabaseConfig.fromEnvironment(Map.of("MF_METADATA_DB_DSN", dsn)))
                .problems();
        assertFalse(problems.toString().contains("hunter2"), problems::toString);
    }

    @Test
    void minimumOfThePoolMayNotExceedTheMaximum() {
        assertThrows(
                InvalidConfigException.class,
                () -> DatabaseConfig.fromEnvironment(
                        Map.of("MF_METADATA_DB_POOL_MIN", "5", "MF_METADATA_DB_POOL_MAX", "4")));
    }

    @ParameterizedTest(name = "{0}, {1}: {2}")
    @CsvSource(
            nullValues = "none",
            value = {
                "none, r.example, none",
                "0,    r.example, none",
                "yes,  r.example, none",
                "1,    r.example, jdbc:postgresql://r.example:6543/postgres",
                "true, r.example, jdbc:postgresql://r.example:6543/postgres",
                "True, none,      jdbc:postgresql://localhost:6543/postgres"
            })
    void separateReaderPoolHasItsOwnAddress(String separate, String host, String expected) {
        Map<String, String> environment =
                new HashMap<>(Map.of("MF_METADATA_DB_HOST", "db.example", "MF_METADATA_DB_PORT", "6543"));
        if (separate != null) {
            environment.put("USE_SEPARATE_READER_POOL", separate);
        }
        if (host != null) {
            environment.put("MF_METADATA_DB_READ_REPLICA_HOST", host);
        }
        DatabaseConfig config = DatabaseConfig.fromEnvironment(environment);
        assertEquals("jdbc:postgresql://db.example:6543/postgres", config.jdbcUrl());
        assertEquals(Optional.ofNullable(expected), config.readerUrl());
    }

    @Test
    void dsnAppliesToTheReaderPoolToo() {
        DatabaseConfig config = DatabaseConfig.fromEnvironment(Map.of(
                "MF_METADATA_DB_DSN", "host=a,b dbname=n",
                "USE_SEPARATE_READER_POOL", "1",
                "MF_METADATA_DB_READ_REPLICA_HOST", "r.example"));
        assertEquals(Optional.of(config.jdbcUrl()), config.readerUrl());
    }

    @Test
    void passwordIsReadFromItsFileForEachConnection() throws IOException {
        Path file = Files.writeString(folder.resolve("password"), "one\n");
        DatabaseConfig config = DatabaseConfig.fromEnvironment(
                Map.of("MF_METADATA_DB_USER", "u", "MF_METADATA_DB_PSWD_FILE", file.toString()));
        assertEquals("one", config.currentProperties().get("password"));
        Files.writeString(file, "two");
        assertEquals("two", config.currentProperties().get("password"));
        assertEquals("u", config.currentProperties().get("user"));
        Files.delete(file);
        assertEquals("one", config.currentProperties().get("password"), "that of the start");
        assertFalse(config.toString().contains("one"), config::toString);
    }

    @Test
    void userAndPasswordAreReadFromTheFileOfTheConnectionString() throws IOException {
        Path file = Files.writeString(folder.resolve("dsn"), "postgres://a:one@db.example/n");
        DatabaseConfig config = DatabaseConfig.fromEnvironment(Map.of("MF_METADATA_DB_DSN_FILE", file.toString()));
        Files.writeString(file, "postgres://b:two@db.example/n");
        assertEquals("b", config.currentProperties().get("user"));
        assertEquals("two", config.currentProperties().get("password"));
        Files.writeString(file, "postgres://b:two@[");
        assertEquals("a", config.currentProperties().get("user"), "that of the start");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "host=p port=6543 dbname=n | -                | -      | -    | p:6543/n",
                "host=p port=6543 dbname=n | -                | d      | -    | d:6543/n",
                "host=p port=6543 dbname=n | -                | d      | 5432 | d:5432/n",
                "host=p,q port=1,2 dbname=n | -               | d      | -    | d:5432/n",
                "host=p port=6543 dbname=n | host=e dbname=m  | d      | 1    | e:5432/m",
                "-                         | -                | d      | -    | d:6543/postgres",
                "-                         | -                | -      | 5432 | p:5432/postgres",
                "-                         | host=e dbname=m  | -      | -    | e:5432/m",
                "-                         | -                | -      | -    | p:6543/postgres",
            })
    void migrationsMayHaveAnAddressOfTheirOwn(
            String dsn, String migrationDsn, String host, String port, String expected) {
        Map<String, String> environment =
                new HashMap<>(Map.of("MF_METADATA_DB_HOST", "p", "MF_METADATA_DB_PORT", "6543"));
        put(environment, "MF_METADATA_DB_DSN", dsn);
        put(environment, "MF_MIGRATION_DB_DSN", migrationDsn);
        put(environment, "MF_MIGRATION_DB_HOST", host);
        put(environment, "MF_MIGRATION_DB_PORT", port);
        DatabaseConfig config = DatabaseConfig.fromEnvironment(environment);
        assertEquals(expected, config.forMigrations().describe());
        assertEquals(
                expected.equals(config.describe()), config.migrationAccess().isEmpty());
    }

    private static void put(Map<String, String> environment, String name, String value) {
        if (value != null) {
            environment.put(name, value);
        }
    }

    @Test
    void problemsOfTheMigrationsAddressNameItsVariables() {
        assertEquals(
                List.of(
                        "MF_MIGRATION_DB_PORT is 'x'; expected an integer from 1 to 65535",
                        "MF_MIGRATION_DB_HOST names the host 'd:1'; expected a name or an address without a port, which"
                                + " MF_MIGRATION_DB_PORT names",
                        "MF_METADATA_DB_POOLER is 'both'; expected auto, session or transaction"),
                assertThrows(
                                InvalidConfigException.class,
                                () -> DatabaseConfig.fromEnvironment(Map.of(
                                        "MF_MIGRATION_DB_HOST", "d:1",
                                        "MF_MIGRATION_DB_PORT", "x",
                                        "MF_METADATA_DB_POOLER", "both")))
                        .problems());
    }

    @Test
    void poolerThatAssignsTransactionsExcludesPreparedStatements() {
        DatabaseConfig config = DatabaseConfig.fromEnvironment(
                Map.of("MF_METADATA_DB_POOLER", "transaction", "MF_METADATA_DB_TIMEOUT", "7"));
        assertEquals(Pooling.TRANSACTION, config.pooling());
        assertEquals("0", config.jdbcProperties().get("prepareThreshold"));
        assertEquals("7", config.jdbcProperties().get("queryTimeout"));
        assertEquals(
                config,
                DatabaseConfig.fromEnvironment(Map.of("MF_METADATA_DB_TIMEOUT", "7"))
                        .withTransactionPooling());
    }
}
