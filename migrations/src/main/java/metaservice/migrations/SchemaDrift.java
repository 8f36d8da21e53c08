package metaservice.migrations;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import metaservice.migrations.SchemaObject.Kind;

/** Compares a database schema with the expected schema. Pure functions of values. */
final class SchemaDrift {

    /** A primary key or a unique constraint: its kind, and its columns. */
    private static final Pattern KEY = Pattern.compile("(PRIMARY KEY|UNIQUE) \\(([^()]+)\\)");

    private static final Pattern TEXT_COLUMN = Pattern.compile("(?:text|character varying(?:\\((\\d+)\\))?)(.*)");

    /** Number types, each with the type that holds all of its values too. */
    private static final Map<String, String> WIDER_NUMBERS =
            Map.of("integer", "bigint", "integer not null serial", "bigint not null serial");

    private SchemaDrift() {}

    /**
     * Lists the differences between the expected and the found schema. Four things do not count as differences:
     * objects that are found but not expected, columns that hold more than expected, the form that keys have in a
     * partitioned table, and results of the next migration, because an interrupted upgrade may have started it and the next
     * upgrade completes it.
     *
     * @param expected the objects at the version in the ledger
     * @param next the objects at the following version; equal to {@code expected} if there is none
     * @param found the objects in the database
     */
    static List<SchemaDifference> find(List<SchemaObject> expected, List<SchemaObject> next, List<SchemaObject> found) {
        Set<String> partitioned = found.stream()
                .filter(object -> object.definition().equals(SchemaObject.PARTITIONED))
                .map(SchemaObject::table)
                .collect(Collectors.toSet());
        return expected.stream()
                .filter(object -> tableExists(object, found))
                .flatMap(object -> difference(object, next, found, partitioned.contains(object.table())).stream())
                .toList();
    }

    /** A missing table is reported once, without its columns, constraints and indexes. */
    private static boolean tableExists(SchemaObject object, List<SchemaObject> found) {
        return object.kind() == Kind.TABLE
                || found.stream()
                        .anyMatch(one -> one.kind() == Kind.TABLE && one.table().equals(object.table()));
    }

    private static Optional<SchemaDifference> difference(
            SchemaObject expected, List<SchemaObject> next, List<SchemaObject> found, boolean partitioned) {
        Optional<SchemaObject> actual = sameObject(expected, found);
        Optional<SchemaObject> afterNext = sameObject(expected, next);
        boolean startedByNextMigration = actual.isEmpty()
                ? afterNext.isEmpty()
                : afterNext.isPresent() && isCompatible(afterNext.get(), actual.get(), partitioned);
        if (startedByNextMigration || (actual.isPresent() && isCompatible(expected, actual.get(), partitioned))) {
            return Optional.empty();
        }
        return Optional.of(new SchemaDifference(
                expected.kind(),
                expected.table(),
                expected.name(),
                expected.definition(),
                actual.map(SchemaObject::definition).orElse(""),
                partitioned));
    }

    private static Optional<SchemaObject> sameObject(SchemaObject object, List<SchemaObject> among) {
        return among.stream().filter(object::isSameObject).findFirst();
    }

    private static boolean isCompatible(SchemaObject expected, SchemaObject found, boolean partitioned) {
        return switch (expected.kind()) {
            case TABLE -> true;
            case COLUMN ->
                expected.definition().equals(found.definition()) || isWider(expected.definition(), found.definition());
            default ->
                expected.definition().equals(found.definition())
                        || (partitioned && hasMoreColumns(expected.definition(), found.definition()));
        };
    }

    /** A key of a partitioned table also has the columns by which the table is partitioned. */
    private static boolean hasMoreColumns(String expected, String found) {
        Matcher want = KEY.matcher(expected);
        Matcher have = KEY.matcher(found);
        return want.matches()
                && have.matches()
                && want.group(1).equals(have.group(1))
                && List.of(have.group(2).split(", "))
                        .containsAll(List.of(want.group(2).split(", ")));
    }

    private static boolean isWider(String expected, String found) {
        Matcher want = TEXT_COLUMN.matcher(expected);
        Matcher have = TEXT_COLUMN.matcher(found);
        if (want.matches() && have.matches()) {
            return want.group(2).equals(have.group(2)) && limit(have) >= limit(want);
        }
        return found.equals(WIDER_NUMBERS.get(expected));
    }

    private static long limit(Matcher column) {
        return column.group(1) == null ? Long.MAX_VALUE : Long.parseLong(column.group(1));
    }
}
