package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The page of the migration API in a real browser. Leaves pictures in {@code target/page}. */
@Tag("extended")
class PageIT {

    private static final int NODES = 3;
    private static final int ESCAPE = 27;
    private static final Path PICTURES = Path.of("target", "page");

    private static Browser browser;

    private final List<LauncherProcess> launchers = new ArrayList<>();

    @BeforeAll
    static void startBrowser() throws Exception {
        browser = Browser.start();
        Files.createDirectories(PICTURES);
    }

    @AfterAll
    static void stopBrowser() throws IOException {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void prefersLightOnWideScreen() {
        browser.prefer("light");
        browser.resize(1200, 1100);
    }

    @AfterEach
    void stop() throws IOException {
        for (LauncherProcess launcher : launchers) {
            launcher.close();
        }
    }

    private LauncherProcess start(Map<String, String> environment) throws Exception {
        LauncherProcess launcher = LauncherProcess.start(environment);
        launchers.add(launcher);
        return launcher;
    }

    private static Map<String, String> with(Map<String, String> environment, String name, String value) {
        Map<String, String> all = new HashMap<>(environment);
        all.put(name, value);
        return all;
    }

    private static URI page(LauncherProcess launcher) {
        return launcher.migration().resolve("/");
    }

    private static void picture(String name) throws IOException {
        Files.write(PICTURES.resolve(name + ".png"), browser.picture());
    }

    private static List<String> versionsOfNodes() {
        return browser.texts("#nodes [data-kind=metadata]").stream()
                .map(text -> text.replaceAll("\\s+", " "))
                .toList();
    }

    @Test
    void upgradeIsConfirmedAndFollowedUntilEveryNodeServesTheNewestVersion() throws Exception {
        try (TestDatabase database = TestDatabases.at(1)) {
            for (int i = 0; i < NODES; i++) {
                LauncherProcess node = LauncherProcess.begin(database.environment());
                launchers.add(node);
            }
            for (LauncherProcess node : launchers) {
                node.awaitReport();
            }
            browser.open(page(launchers.get(0)));
            browser.await(
                    "all nodes serve",
                    serving(Generation.bundled().get(0).version().toString()));
            assertEquals("Upgrade available", browser.text("#badge"));
            picture("before");

            browser.click("#start");
            assertEquals("go", browser.evaluate("document.activeElement.id").textValue());
            assertTrue(browser.text("#confirm-text").startsWith("13 migrations"), () -> browser.text("#confirm-text"));
            picture("confirm");
            browser.press("Escape", ESCAPE);
            assertEquals("start", browser.evaluate("document.activeElement.id").textValue());
            browser.pressEnter();
            assertTrue(
                    browser.evaluate("document.getElementById('confirm').open").booleanValue());
            try (Connection client = database.dataSource().getConnection();
                    Statement statement = client.createStatement()) {
                // Migrations wait for the transaction, so that there is a progress to see.
                client.setAutoCommit(false);
                statement.execute("LOCK TABLE runs_v3 IN ROW EXCLUSIVE MODE");
                browser.pressEnter();
                browser.await(
                        "progress is shown",
                        "document.getElementById('bar') && !document.getElementById('confirm').open");
                assertEquals("Upgrading", browser.text("#badge"));
                assertEquals(List.of(), violations());
                picture("progress");
            }
            browser.await(
                    "the page says that it is done", "document.querySelector('#badge').innerText === 'Up to date'");
            browser.await("all nodes serve", serving(Generation.newestVersion()));
            browser.await("it is said", "document.getElementById('live').textContent === 'All nodes are done.'");
            assertEquals(Collections.nCopies(14, "applied"), browser.texts("#migrations .badge"));
            assertTrue(browser.evaluate("document.getElementById('start') === null")
                    .booleanValue());
            picture("after");
            assertEquals(List.of(), browser.faults());
        }
    }

    private static String serving(String version) {
        return "[...document.querySelectorAll('#nodes [data-kind=metadata]')].map(one =>"
                + " one.innerText.replace(/\\s+/g, ' ')).join() === '"
                + String.join(",", Collections.nCopies(NODES, "metadata " + version + " serving")) + "'";
    }

    @Test
    void pageIsAccessibleInBothColoursAndOnNarrowScreens() throws Exception {
        try (TestDatabase database = TestDatabases.at(1)) {
            database.execute("ALTER TABLE flows_v3 ALTER COLUMN user_name TYPE varchar(20)");
            LauncherProcess launcher = start(database.environment());
            for (String colours : List.of("light", "dark")) {
                for (int width : List.of(1200, 320)) {
                    browser.prefer(colours);
                    browser.resize(width, 1100);
                    browser.open(page(launcher));
                    assertEquals(List.of(), violations());
                    assertTrue(
                            browser.evaluate("document.documentElement.scrollWidth <= " + width)
                                    .booleanValue(),
                            () -> "wider than " + width);
                    browser.click("#start");
                    assertEquals(List.of(), violations());
                    browser.press("Escape", ESCAPE);
                    picture(colours + "-" + width);
                }
            }
        }
    }

    /** What axe-core finds: the rule, and the elements. */
    private static List<String> violations() throws IOException {
        try (InputStream axe = PageIT.class.getResourceAsStream("/axe.min.js")) {
            browser.evaluate(new String(axe.readAllBytes(), StandardCharsets.UTF_8) + "; true");
        }
        List<String> found = new ArrayList<>();
        for (JsonNode violation : browser.evaluate("axe.run().then(all => all.violations.map(one => one.id + ': '"
                + " + one.nodes.map(node => node.html).join(' ')))")) {
            found.add(violation.textValue());
        }
        return found;
    }

    /** The server's answers are replaced in the page: 401 without the right token. */
    @Test
    void tokenIsAskedForWhenTheServerWantsOne() throws Exception {
        try (TestDatabase database = TestDatabases.at(1)) {
            browser.open(page(start(database.environment())));
            browser.evaluate("window.sent = []; const real = window.fetch; window.fetch = (path, options) => {"
                    + " if (path !== 'upgrade') return real(path, options);"
                    + " const token = options.headers.Authorization || ''; sent.push(token);"
                    + " return Promise.resolve(token === 'Bearer right' ? new Response('upgrade success')"
                    + " : new Response('{\"detail\": \"The token is <wrong>.\"}', {status: 401})); }; true");
            browser.click("#start");
            browser.pressEnter();
            browser.await("the token is asked for", "document.activeElement.id === 'token'");
            assertEquals("", browser.text("#token-problem"));
            assertEquals(List.of(), violations());
            browser.write("wrong");
            browser.pressEnter();
            browser.await("the refusal is shown", "document.getElementById('token-problem').innerText !== ''");
            assertEquals("The token is <wrong>.", browser.text("#token-problem"));
            picture("token");
            browser.evaluate("document.getElementById('token').select()");
            browser.write("right");
            browser.pressEnter();
            browser.await("the dialog is closed", "!document.getElementById('confirm').open");
            assertEquals(
                    List.of("", "Bearer wrong", "Bearer right"),
                    List.of(browser.evaluate("sent.join()").textValue().split(",", -1)));
        }
    }

    /** The shape of the events is fixed; their values are made up here, because an upgrade of small tables is too fast. */
    @Test
    void eventsOfAnUpgradeAreShown() throws Exception {
        try (TestDatabase database = TestDatabases.at(1);
                Connection client = database.dataSource().getConnection();
                Statement statement = client.createStatement()) {
            LauncherProcess launcher = start(database.environment());
            client.setAutoCommit(false);
            statement.execute("LOCK TABLE runs_v3 IN ROW EXCLUSIVE MODE");
            browser.open(page(launcher));
            browser.click("#start");
            browser.pressEnter();
            browser.await("progress is shown", "document.getElementById('bar')");
            JsonNode shown = browser.evaluate("show({state: 'running', elapsed_seconds: 61.4, migrations: ["
                    + "{version: '1', description: 'tables', state: 'applied', phase: null, percent: null},"
                    + " {version: '20200603104139', description: 'string ids', state: 'running', phase: 'building <index>',"
                    + " percent: 40}, {version: '20201002000616', description: 'x', state: 'pending'}]}),"
                    + " ['bar', 'elapsed', 'step', 'live', 'migration-20200603104139'].map(id =>"
                    + " id === 'bar' ? bar.value + '/' + bar.max : document.getElementById(id).innerText)");
            assertEquals("140/300", shown.get(0).textValue());
            assertEquals("61 s", shown.get(1).textValue());
            assertEquals("string ids · building <index>", shown.get(2).textValue());
            assertEquals("Migration 2 of 3: string ids", shown.get(3).textValue());
            assertTrue(shown.get(4).textValue().endsWith("running 40 %"), shown::toString);
        }
    }

    @Test
    void pageIsReadableWithoutScripts() throws Exception {
        try (TestDatabase database = TestDatabases.at(1)) {
            LauncherProcess launcher = start(database.environment());
            browser.allowScripts(false);
            browser.open(page(launcher));
            assertEquals("Upgrade available", browser.text("#badge"));
            assertEquals(List.of("metadata 1.0.1 serving"), versionsOfNodes());
            assertEquals(14, browser.texts("#migrations li").size());
            assertTrue(
                    browser.text("#upgrade").contains("run migration_tools upgrade"), () -> browser.text("#upgrade"));
            assertFalse(browser.text("#upgrade").contains("Upgrade…"), () -> browser.text("#upgrade"));
            picture("without-scripts");
        } finally {
            browser.allowScripts(true);
        }
    }

    @Test
    void pageWithoutUpgradesSaysSoAndOtherClientsGetTheAnswerOfTheReference() throws Exception {
        try (TestDatabase database = TestDatabases.at(1)) {
            LauncherProcess launcher = start(with(database.environment(), "MF_MIGRATION_ENDPOINTS_ENABLED", "0"));
            browser.open(page(launcher));
            assertTrue(browser.text("#upgrade").contains("switched off"), () -> browser.text("#upgrade"));
            assertTrue(browser.evaluate("document.getElementById('start') === null")
                    .booleanValue());
            try (HttpConnection http = new HttpConnection(launcher.migration(), Stage.DEFAULT_TIMEOUT)) {
                Answer plain = http.send(new Request("GET", "/", Optional.empty(), NullNode.getInstance(), Map.of()));
                assertEquals(404, plain.status());
                assertEquals("404: Not Found", plain.text());
                Answer html = http.send(new Request(
                        "GET", "/", Optional.empty(), NullNode.getInstance(), Map.of("Accept", "text/html")));
                assertEquals(Optional.of("DENY"), html.header("X-Frame-Options"));
                assertTrue(html.header("Content-Security-Policy").orElse("").contains("frame-ancestors 'none'"));
            }
            try (HttpConnection http = new HttpConnection(launcher.metadata(), Stage.DEFAULT_TIMEOUT)) {
                Answer service = http.send(new Request(
                        "GET", "/", Optional.empty(), NullNode.getInstance(), Map.of("Accept", "text/html")));
                assertEquals(404, service.status());
            }
        }
    }
}
