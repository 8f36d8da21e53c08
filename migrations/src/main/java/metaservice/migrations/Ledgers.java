package metaservice.migrations;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Decides which ledgers in a schema belong to this project and to the reference. Other applications in the same schema may
 * use Flyway or goose, too, with tables of the same names. Pure functions of values.
 */
final class Ledgers {

    /** Flyway's own name for its ledger; it is ours unless another application has it. */
    static final String DEFAULT_NAME = "flyway_schema_history";

    /** The name of our ledger if another application has the default name. */
    static final String OWN_NAME = "metaservice_schema_history";

    private static final Pattern SCRIPT = Pattern.compile("V([0-9]{1,18})__[a-z0-9_]+\\.sql");

    private Ledgers() {}

    /**
     * A row of Flyway's ledger.
     *
     * @param type such as {@code SQL} or {@code BASELINE}
     * @param script name of the file; for other types a text
     */
    record FlywayRow(String type, String script) {}

    /** Whether all rows of a ledger of Flyway can be ours; true also if there are none. */
    static boolean canBeOurs(List<FlywayRow> rows, List<BundledMigration> migrations) {
        return rows.stream().allMatch(row -> canBeOurs(row, migrations));
    }

    private static boolean canBeOurs(FlywayRow row, List<BundledMigration> migrations) {
        if (!row.type().equals("SQL")) {
            return row.type().equals("BASELINE") || row.type().equals("SCHEMA");
        }
        Matcher script = SCRIPT.matcher(row.script());
        return migrations.stream().anyMatch(migration -> migration.file().equals(row.script()))
                || (script.matches() && isNewer(new SchemaVersion(Long.parseLong(script.group(1))), migrations));
    }

    /** A newer build has migrations that this one does not have. */
    private static boolean isNewer(SchemaVersion version, List<BundledMigration> migrations) {
        return version.compareTo(migrations.get(migrations.size() - 1).version()) > 0;
    }

    /**
     * Whether a ledger of goose is the reference's: it has a version of the reference, and those that this build does not
     * know are newer than those that it knows.
     *
     * @param versions all versions in the ledger
     * @param reference the versions of the reference that this build knows, ascending
     * @param tables whether the tables exist; without them, version 1 alone is that of another application
     */
    static boolean isReference(List<SchemaVersion> versions, List<SchemaVersion> reference, boolean tables) {
        List<SchemaVersion> applied = versions.stream()
                .filter(version -> !version.equals(SchemaVersion.ZERO))
                .toList();
        SchemaVersion first = reference.get(0);
        SchemaVersion newest = reference.get(reference.size() - 1);
        boolean known =
                applied.stream().allMatch(version -> reference.contains(version) || version.compareTo(newest) > 0);
        boolean shared = applied.isEmpty() || applied.stream().anyMatch(reference::contains);
        boolean onlyFirst = applied.equals(List.of(first));
        return known && shared && (tables || !onlyFirst);
    }
}
