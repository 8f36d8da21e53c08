package metaservice.migrations;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import metaservice.migrations.SchemaObject.Kind;

/** Where a schema is not what it should be; decided from values alone. */
final class Drift {

    private static final Pattern TEXT_COLUMN = Pattern.compile("(?:text|character varying(?:\\((\\d+)\\))?)(.*)");

    /** Number types, and what holds all their values, too. */
    private static final Map<String, String> WIDER_NUMBERS =
            Map.of("integer", "bigint", "integer not null serial", "bigint not null serial");

    private Drift() {}

    /**
     * Compares. What others added is no drift, nor is a column that holds more than it must. Neither is what the next
     * migration makes so: a killed upgrade may have begun it, and the next upgrade completes it.
     *
     * @param expected what the version of the ledger has
     * @param next what the version after that has; the same again if there is none
     */
    static List<SchemaDifference> between(
            List<SchemaObject> expected, List<SchemaObject> next, List<SchemaObject> found) {
        return expected.stream()
                .filter(object -> tableIsThere(object, found))
                .flatMap(object -> difference(object, next, found).stream())
                .toList();
    }

    /** Of a table that is missing nothing more is said. */
    private static boolean tableIsThere(SchemaObject object, List<SchemaObject> found) {
        return object.kind() == Kind.TABLE
                || found.stream()
                        .anyMatch(one -> one.kind() == Kind.TABLE && one.table().equals(object.table()));
    }

    private static Optional<SchemaDifference> difference(
            SchemaObject expected, List<SchemaObject> next, List<SchemaObject> found) {
        Optional<SchemaObject> here = namesake(expected, found);
        Optional<SchemaObject> then = namesake(expected, next);
        boolean begun = here.isEmpty() ? then.isEmpty() : then.isPresent() && fits(then.get(), here.get());
        if (begun || (here.isPresent() && fits(expected, here.get()))) {
            return Optional.empty();
        }
        return Optional.of(new SchemaDifference(
                expected.kind(),
                expected.table(),
                expected.name(),
                expected.definition(),
                here.map(SchemaObject::definition).orElse("")));
    }

    private static Optional<SchemaObject> namesake(SchemaObject object, List<SchemaObject> among) {
        return among.stream().filter(object::isNamesake).findFirst();
    }

    private static boolean fits(SchemaObject expected, SchemaObject found) {
        return expected.definition().equals(found.definition())
                || (expected.kind() == Kind.COLUMN && isWider(expected.definition(), found.definition()));
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
