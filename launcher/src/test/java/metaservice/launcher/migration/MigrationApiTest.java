package metaservice.launcher.migration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import metaservice.launcher.Http;
import metaservice.launcher.http.RequestGuard;
import metaservice.migrations.Migrations;
import org.junit.jupiter.api.Test;

class MigrationApiTest {

    /** Number of worker threads of the migration API. */
    private static final int WORKERS = 8;

    @Test
    void errorThatEndsAnUpgradeIsLogged() throws Exception {
        DataSource damaged = (DataSource) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, arguments) -> {
                    throw new NoClassDefFoundError("missing in the jar");
                });
        PrintStream before = System.err;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
        try (MigrationApi api = open(damaged)) {
            HttpResponse<String> answer = Http.send(api.port(), "PATCH", "/upgrade", "");
            assertEquals(500, answer.statusCode());
            assertEquals("upgrade failed", answer.body());
        } finally {
            System.setErr(before);
        }
        assertTrue(log.toString(StandardCharsets.UTF_8).contains("missing in the jar"), log::toString);
    }

    private static MigrationApi open(DataSource database) throws IOException {
        return MigrationApi.open(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                new Migrations(database),
                MigrationApiIT.NO_SERVICES,
                MigrationApiIT.aloneOn(database),
                "here:5432/db",
                true,
                RequestGuard.SAME_ORIGIN);
    }

    @Test
    void pingIsAnsweredWhileAllWorkersWaitForADatabaseThatHangs() throws Exception {
        CountDownLatch waiting = new CountDownLatch(WORKERS);
        CountDownLatch released = new CountDownLatch(1);
        DataSource hanging = (DataSource) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, arguments) -> {
                    waiting.countDown();
                    released.await();
                    throw new SQLException("gone", "08001");
                });
        try (MigrationApi api = open(hanging)) {
            List<CompletableFuture<HttpResponse<String>>> answers = IntStream.range(0, WORKERS)
                    .mapToObj(i -> Http.begin(api.port(), "/db_schema_status"))
                    .toList();
            assertTrue(waiting.await(Http.DEADLINE.toSeconds(), TimeUnit.SECONDS));
            assertEquals("pong", Http.get(api.port(), "/ping").body());
            released.countDown();
            for (CompletableFuture<HttpResponse<String>> answer : answers) {
                assertEquals(503, answer.get().statusCode());
            }
        }
    }
}
