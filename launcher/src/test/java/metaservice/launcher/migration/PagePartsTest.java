package metaservice.launcher.migration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import metaservice.migrations.LastUpgrade;
import metaservice.migrations.Node;
import metaservice.migrations.RunningMigration;
import metaservice.migrations.SchemaState;
import metaservice.migrations.SchemaStatus;
import metaservice.migrations.SchemaVersion;
import org.junit.jupiter.api.Test;

/** What the page says in each state of the database. */
class PagePartsTest {

    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final SchemaVersion ONE = new SchemaVersion(1);
    private static final SchemaVersion TWO = new SchemaVersion(2);
    private static final String HOSTILE = "<script>alert('x')</script>";

    private static Node node(String id, String swap) {
        return new Node(
                id,
                HOSTILE,
                "1.2.3",
                List.of(new Node.Service("metadata", Optional.of("1.0.1"), swap)),
                NOW,
                NOW.minusSeconds(7));
    }

    private static SchemaStatus schema(
            SchemaState state, SchemaVersion version, Optional<RunningMigration> running, Optional<LastUpgrade> last) {
        return new SchemaStatus(
                state,
                version,
                List.of(ONE, TWO),
                List.of(ONE, TWO),
                running.isPresent(),
                Optional.empty(),
                running,
                last,
                List.of(),
                "public",
                List.of());
    }

    private static SchemaStatus schema(SchemaVersion version) {
        return schema(SchemaState.FLYWAY, version, Optional.empty(), Optional.empty());
    }

    private static Map<String, Html> parts(SchemaStatus schema, boolean upgradeEndpoint) {
        return parts(schema, upgradeEndpoint, "idle");
    }

    private static Map<String, Html> parts(SchemaStatus schema, boolean upgradeEndpoint, String swap) {
        Map<SchemaVersion, String> descriptions = new LinkedHashMap<>();
        descriptions.put(ONE, "tables");
        descriptions.put(TWO, "<b>longer</b> texts");
        Nodes.Found found = new Nodes.Found(List.of(node("me", "idle"), node("other", swap)), "me", Optional.empty());
        PageContent.State state = new PageContent.State(schema, descriptions, found);
        return new PageParts(new PageContent(
                        "db:5432/" + HOSTILE, node("me", "idle"), upgradeEndpoint, NOW, Optional.of(state), ""))
                .all();
    }

    private static String page(SchemaStatus schema) {
        return PageTemplate.get().fill(parts(schema, true));
    }

    @Test
    void nothingFromOutsideIsMarkup() {
        LastUpgrade failed =
                new LastUpgrade(ONE, TWO, NOW, Optional.of(Duration.ofSeconds(2)), LastUpgrade.Outcome.FAILED, HOSTILE);
        String page = page(schema(SchemaState.FLYWAY, ONE, Optional.empty(), Optional.of(failed)));
        assertFalse(page.contains(HOSTILE), page);
        assertFalse(page.contains("<b>longer"), page);
        assertTrue(page.contains("&lt;script&gt;alert(&#39;x&#39;)"), page);
    }

    @Test
    void pendingMigrationsAreOfferedUnlessUpgradesAreSwitchedOff() {
        Map<String, Html> offered = parts(schema(ONE), true);
        assertTrue(offered.get("badge").markup().contains("Upgrade available"));
        assertTrue(offered.get("upgrade").markup().contains("id=\"start\""));
        assertTrue(offered.get("confirm").markup().contains("1 migration up to 2 will be applied"));
        assertEquals("1 of 2 applied", offered.get("applied").markup());
        String off = parts(schema(ONE), false).get("upgrade").markup();
        assertTrue(off.contains("MF_MIGRATION_ENDPOINTS_ENABLED=0"), off);
        assertFalse(off.contains("id=\"start\""), off);
    }

    @Test
    void newestSchemaIsUpToDateAndANewerOneIsNamed() {
        Map<String, Html> newest = parts(schema(TWO), true);
        assertTrue(newest.get("badge").markup().contains("Up to date"));
        assertFalse(newest.get("upgrade").markup().contains("id=\"start\""));
        Map<String, Html> newer = parts(schema(new SchemaVersion(3)), true);
        assertTrue(newer.get("upgrade").markup().contains("newer than this build"));
        assertEquals("2 of 2 applied", newer.get("applied").markup());
    }

    @Test
    void runningMigrationHasItsPhaseAndItsPart() {
        RunningMigration running = new RunningMigration(Optional.of(TWO), "building index", OptionalInt.of(40));
        Map<String, Html> parts = parts(schema(SchemaState.FLYWAY, ONE, Optional.of(running), Optional.empty()), true);
        String upgrade = parts.get("upgrade").markup();
        assertTrue(upgrade.contains("max=\"200\" value=\"140\""), upgrade);
        assertTrue(upgrade.contains("texts · building index"), upgrade);
        assertTrue(parts.get("migrations").markup().contains("running 40 %"));
    }

    @Test
    void emptyDatabaseAndTablesWithoutLedgerAreNamed() {
        Map<String, Html> empty =
                parts(schema(SchemaState.EMPTY, SchemaVersion.ZERO, Optional.empty(), Optional.empty()), true);
        assertTrue(empty.get("facts").markup().contains("no tables; 2 migrations pending"));
        Map<String, Html> bare =
                parts(schema(SchemaState.NO_LEDGER, SchemaVersion.ZERO, Optional.empty(), Optional.empty()), true);
        assertTrue(bare.get("facts").markup().contains("tables without a ledger"));
    }

    @Test
    void nodesHaveTheirAgeAndTheirSwap() {
        Map<String, Html> parts = parts(schema(TWO), true, "starting");
        assertTrue(parts.get("badge").markup().contains("Swapping"));
        assertTrue(parts.get("upgrade").markup().contains("The nodes are swapping"));
        String nodes = parts.get("nodes").markup();
        assertTrue(nodes.contains("id=\"node-other\" data-moving"), nodes);
        assertTrue(nodes.contains("<span class=\"badge busy\">starting</span>"), nodes);
        assertTrue(nodes.contains("7 s ago"), nodes);
        assertEquals(1, nodes.split("this node", -1).length - 1);
    }

    @Test
    void databaseThatIsAwayIsOneSentence() {
        PageContent content = new PageContent("db", node("me", "idle"), true, NOW, Optional.empty(), "It is <away>.");
        String page = PageTemplate.get().fill(new PageParts(content).all());
        assertTrue(page.contains("Database away"), page);
        assertTrue(page.contains("It is &lt;away&gt;."), page);
        assertFalse(page.contains("id=\"start\""), page);
    }
}
