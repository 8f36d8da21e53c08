package metaservice.migrations;

import java.io.BufferedReader;
import java.util.ArrayList;
import java.util.List;

/** Splits our migration files into statements; supports only the syntax that these files use. */
final class MigrationScripts {

    private MigrationScripts() {}

    static List<String> statements(long version) {
        List<String> statements = new ArrayList<>();
        StringBuilder statement = new StringBuilder();
        boolean inBody = false;
        for (String line : lines(version)) {
            statement.append(line).append('\n');
            inBody ^= line.contains("$$");
            if (!inBody && line.endsWith(";")) {
                statements.add(statement.toString());
                statement.setLength(0);
            }
        }
        return statements;
    }

    private static List<String> lines(long version) {
        return new BufferedReader(BundledFiles.load()
                        .getResources("V" + version + "__", new String[] {".sql"})
                        .iterator()
                        .next()
                        .read())
                .lines()
                .filter(line -> !line.startsWith("--"))
                .toList();
    }
}
