package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.NullNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import metaservice.settings.DatabaseConfig;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A PostgreSQL server that requires SSL; its certificate is for the host {@code localhost}. */
@Tag("extended")
@Order(5)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SslIT {

    private static final String SECRET = "s3cret-of-the-test";
    private static final String ROOT_PATH = "MF_METADATA_DB_SSL_ROOT_CERT_PATH";
    private static final String ROOT = "MF_METADATA_DB_SSL_ROOT_CERT";

    /** Rules of pg_hba.conf: SSL is required; one user needs a client certificate. */
    private static final String RULES = """
            hostssl all certified all cert
            hostssl all all       all trust
            local   all all           trust
            """;

    private Path folder;
    private Certificates authority;
    private Certificates otherAuthority;
    private PostgresServer server;

    @BeforeAll
    void startServer(@TempDir Path folder) throws Exception {
        this.folder = folder;
        authority = Certificates.authority(folder.resolve("authority"));
        otherAuthority = Certificates.authority(folder.resolve("otherAuthority"));
        authority.issue("server", "EC", "database", "localhost");
        authority.issue("rsa", "RSA", "certified", "client.example");
        authority.issue("ec", "EC", "certified", "client.example");
        Path data = folder.resolve("data");
        server = PostgresServer.start(
                data,
                Map.of(
                        "ssl", "on",
                        "ssl_cert_file", authority.certificate("server").toString(),
                        "ssl_key_file", authority.key("server").toString(),
                        "ssl_ca_file", authority.root().toString()));
        server.execute("CREATE ROLE certified LOGIN");
        server.execute("GRANT ALL ON SCHEMA public TO certified");
        Files.writeString(data.resolve("pg_hba.conf"), RULES);
        server.execute("SELECT pg_reload_conf()");
    }

    @AfterAll
    void stopServer() throws Exception {
        if (server != null) { // it may not have started
            server.close();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "disabled,    localhost, ",
        "allow,       localhost, ",
        "prefer,      localhost, ",
        "require,     127.0.0.1, ",
        "require,     127.0.0.1, " + ROOT_PATH,
        "verify-ca,   127.0.0.1, " + ROOT_PATH,
        "verify-ca,   127.0.0.1, " + ROOT,
        "verify-full, localhost, " + ROOT_PATH,
        "verify-full, localhost, " + ROOT
    })
    void connectionsAreEncryptedInEveryMode(String mode, String host, String rootVariable) throws Exception {
        Map<String, String> settings = settings(mode, host);
        if (rootVariable != null) {
            settings.put(rootVariable, authority.root().toString());
        }
        assertEquals("true postgres", connected(settings));
    }

    @ParameterizedTest
    @CsvSource({"rsa, rsa.key", "rsa, rsa.pk8", "ec, ec.key"})
    void aClientCertificateAuthenticatesItsUser(String certificate, String key) throws Exception {
        Map<String, String> settings = settings("verify-full", "localhost");
        settings.put("MF_METADATA_DB_USER", "certified");
        settings.put(ROOT_PATH, authority.root().toString());
        settings.put(
                "MF_METADATA_DB_SSL_CERT_PATH",
                authority.certificate(certificate).toString());
        settings.put(
                "MF_METADATA_DB_SSL_KEY_PATH",
                authority.root().resolveSibling(key).toString());
        assertEquals("true certified", connected(settings));
    }

    @Test
    void theWholeServiceRunsOverVerifiedConnections() throws Exception {
        Map<String, String> settings = settings("verify-full", "localhost");
        settings.put(ROOT, authority.root().toString());
        try (LauncherProcess launcher = LauncherProcess.start(settings);
                HttpConnection http = new HttpConnection(launcher.metadata(), Stage.DEFAULT_TIMEOUT)) {
            Request health = new Request("GET", "/healthcheck", Optional.empty(), NullNode.getInstance(), Map.of());
            assertEquals(200, http.send(health).status());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"require", "verify-ca", "verify-full"})
    void anotherRootCertificateIsNotTrusted(String mode) throws Exception {
        Map<String, String> settings = settings(mode, "localhost");
        settings.put(ROOT_PATH, otherAuthority.root().toString());
        assertRefused(settings, "certificate", "not trusted", ROOT_PATH);
    }

    @Test
    void aCertificateForAnotherHostIsNotTrusted() throws Exception {
        Map<String, String> settings = settings("verify-full", "127.0.0.1");
        settings.put(ROOT_PATH, authority.root().toString());
        assertRefused(settings, "certificate", "127.0.0.1", "verify-ca");
    }

    @Test
    void theErrorNamesAMissingRootCertificate() throws Exception {
        Map<String, String> settings = settings("verify-ca", "localhost");
        settings.put(ROOT_PATH, folder.resolve("nowhere.crt").toString());
        assertRefused(
                settings, "root certificate", folder.resolve("nowhere.crt").toString());
    }

    @Test
    void theErrorSaysThatTheServerRequiresAClientCertificate() throws Exception {
        Map<String, String> settings = settings("require", "localhost");
        settings.put("MF_METADATA_DB_USER", "certified");
        assertRefused(settings, "certificate");
    }

    private Map<String, String> settings(String mode, String host) {
        return new HashMap<>(Map.of(
                "MF_METADATA_DB_HOST", host,
                "MF_METADATA_DB_PORT", Integer.toString(server.port()),
                "MF_METADATA_DB_PSWD", SECRET,
                "MF_METADATA_DB_SSL_MODE", mode));
    }

    /** Whether the connection is encrypted, and its database user. */
    private static String connected(Map<String, String> settings) throws Exception {
        try (Connection connection =
                        DatabaseConfig.fromEnvironment(settings).dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("SELECT ssl, usename FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)"
                                + " WHERE pid = pg_backend_pid()")) {
            row.next();
            return row.getBoolean(1) + " " + row.getString(2);
        }
    }

    private static void assertRefused(Map<String, String> settings, String... facts) throws Exception {
        settings.putAll(Map.of("LOGLEVEL", "ERROR", "MF_SERVICE_CONNECTION_RETRIES", "1"));
        ToolRun run = LauncherProcess.runToEnd(settings);
        assertEquals(1, run.exit(), run::stderr);
        assertEquals("", run.stdout());
        assertEquals(1, run.stderr().lines().count(), run::stderr);
        List.of(facts).forEach(fact -> assertTrue(run.stderr().contains(fact), run::stderr));
        List.of("Exception", SECRET).forEach(word -> assertFalse(run.stderr().contains(word), run::stderr));
    }
}
