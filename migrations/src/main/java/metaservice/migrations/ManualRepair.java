package metaservice.migrations;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import metaservice.migrations.SchemaObject.Kind;

/**
 * SQL for differences that need an operator, because a repair would rewrite a table, block clients, or needs values that only
 * the operator knows. Pure functions of values; names are unqualified.
 *
 * @param expected the objects of the expected schema
 */
record ManualRepair(List<SchemaObject> expected) {

    private static final String NOT_NULL = " not null";
    private static final String SERIAL = " serial";

    ManualRepair {
        expected = List.copyOf(expected);
    }

    /** Statements for an operator; see {@link RepairFinding#sql}. */
    List<String> statements(SchemaDifference difference) {
        return switch (difference.kind()) {
            case TABLE -> table(difference.table());
            case COLUMN -> column(difference);
            case CONSTRAINT -> constraint(difference);
            case INDEX -> index(difference);
            case SEQUENCE -> List.of();
        };
    }

    /** Statements that show the rows that violate a constraint. */
    static List<String> offendingRows(SchemaDifference constraint) {
        String definition = constraint.expected();
        String columns = definition.substring(definition.indexOf('(') + 1, definition.indexOf(')'));
        if (!definition.startsWith(SchemaRepair.FOREIGN_KEY)) {
            return List.of("SELECT %1$s, count(*) FROM %2$s GROUP BY %1$s HAVING count(*) > 1"
                    .formatted(columns, constraint.table()));
        }
        String parent = definition.replaceFirst(".* REFERENCES (\\w+)\\(.*", "$1");
        String same = Stream.of(columns.split(", "))
                .map(column -> "parent." + column + " = child." + column)
                .collect(Collectors.joining(" AND "));
        return List.of("SELECT %s FROM %s child WHERE NOT EXISTS (SELECT FROM %s parent WHERE %s)"
                .formatted(columns, constraint.table(), parent, same));
    }

    private List<String> table(String table) {
        String columns = of(table, Kind.COLUMN).map(ManualRepair::declaration).collect(Collectors.joining(", "));
        Stream<String> create = Stream.of(
                "-- restore the table from a backup if it had rows", "CREATE TABLE " + table + " (" + columns + ")");
        Stream<String> constraints = of(table, Kind.CONSTRAINT)
                .sorted((one, other) -> Boolean.compare(isForeign(one), isForeign(other)))
                .map(one -> "ALTER TABLE %s ADD CONSTRAINT %s %s".formatted(table, one.name(), one.definition()));
        Stream<String> indexes = of(table, Kind.INDEX).map(SchemaObject::definition);
        return Stream.of(create, constraints, indexes)
                .flatMap(statements -> statements)
                .toList();
    }

    private static boolean isForeign(SchemaObject constraint) {
        return constraint.definition().startsWith(SchemaRepair.FOREIGN_KEY);
    }

    private Stream<SchemaObject> of(String table, Kind kind) {
        return expected.stream().filter(object -> object.table().equals(table) && object.kind() == kind);
    }

    private static String declaration(SchemaObject column) {
        String definition = column.definition()
                .replace("bigint" + NOT_NULL + SERIAL, "bigserial" + NOT_NULL)
                .replace("integer" + NOT_NULL + SERIAL, "serial" + NOT_NULL);
        return column.name() + " " + definition.replace(NOT_NULL, " NOT NULL");
    }

    private static List<String> column(SchemaDifference column) {
        String alter = "ALTER TABLE " + column.table();
        String expectedType = type(column.expected());
        if (column.isMissing()) {
            return List.of(
                    "%s ADD COLUMN %s %s".formatted(alter, column.name(), expectedType),
                    "-- fill the column: UPDATE %s SET %s = ...".formatted(column.table(), column.name()),
                    "%s ALTER COLUMN %s SET NOT NULL".formatted(alter, column.name()));
        }
        String change = alter + " ALTER COLUMN " + column.name();
        Stream<String> type = expectedType.equals(type(column.found()))
                ? Stream.empty()
                : Stream.of(
                        "-- locks the table and may rewrite it: run it while no client is connected",
                        change + " TYPE " + expectedType);
        Stream<String> nullability = column.expected().contains(NOT_NULL)
                        == column.found().contains(NOT_NULL)
                ? Stream.empty()
                : Stream.of(change + (column.expected().contains(NOT_NULL) ? " SET NOT NULL" : " DROP NOT NULL"));
        return Stream.of(type, nullability, sequence(column))
                .flatMap(one -> one)
                .toList();
    }

    private static Stream<String> sequence(SchemaDifference column) {
        if (column.expected().contains(SERIAL) == column.found().contains(SERIAL)) {
            return Stream.empty();
        }
        String name = column.table() + "_" + column.name() + "_seq";
        return Stream.of(
                "CREATE SEQUENCE IF NOT EXISTS " + name,
                "SELECT setval('%s', max(%s)) FROM %s".formatted(name, column.name(), column.table()),
                "ALTER TABLE %s ALTER COLUMN %s SET DEFAULT nextval('%s')"
                        .formatted(column.table(), column.name(), name),
                "ALTER SEQUENCE %s OWNED BY %s.%s".formatted(name, column.table(), column.name()));
    }

    private static String type(String definition) {
        return definition.replace(SERIAL, "").replace(NOT_NULL, "");
    }

    private static List<String> constraint(SchemaDifference key) {
        String drop = key.isMissing() ? "" : " DROP CONSTRAINT " + key.name() + ",";
        return List.of(
                "-- locks the table while it is checked",
                "ALTER TABLE %s%s ADD CONSTRAINT %s %s".formatted(key.table(), drop, key.name(), key.expected()));
    }

    private static List<String> index(SchemaDifference index) {
        Stream<String> drop = index.isMissing() ? Stream.empty() : Stream.of("DROP INDEX " + index.name());
        return Stream.concat(
                        drop,
                        Stream.of(
                                "-- blocks writers, because an index of a partitioned table cannot be built concurrently",
                                index.expected()))
                .toList();
    }
}
