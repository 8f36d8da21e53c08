package metaservice.migrations;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Databases as the reference implementation leaves them, made from its recorded dumps. */
final class Dumps {

    private Dumps() {}

    /** The tables at a schema version, without a ledger. */
    static TestDatabase restored(long version) {
        TestDatabase database = TestDatabases.empty();
        database.execute(dump(Long.toString(version)));
        return database;
    }

    /** The tables at a schema version, and goose's ledger up to it. */
    static TestDatabase restoredWithGoose(long version) {
        TestDatabase database = restored(version);
        addGooseLedger(database, version);
        return database;
    }

    /** Goose's ledger up to a version; 0 gives row 0 only. */
    static void addGooseLedger(TestDatabase database, long version) {
        database.execute(dump("goose_db_version"));
        database.execute("DELETE FROM goose_db_version WHERE version_id > " + version);
    }

    private static String dump(String name) {
        try (InputStream file = Dumps.class.getResourceAsStream("/contract/schema/" + name + ".sql")) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(name, e);
        }
    }
}
