package metaservice.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The recorded transcripts and schemas in the test resources. */
final class Recordings {

    /** Recorded from 2.5.1 together with the schema; valid for all services that have triggers. */
    private static final String NOTIFICATIONS = "schema/notify-samples.jsonl";

    private Recordings() {}

    /** Folder with the SQL files from which a database can be rebuilt. */
    static Path schemas() {
        return folder("schema");
    }

    /** One transcript, such as {@code v3/flows.jsonl}. */
    static Transcript read(String name) {
        try {
            return Transcript.read(folder("").resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The names of all transcripts that the service of a folder, such as {@code v3}, has to answer. */
    static List<String> of(String generation) {
        Stream<String> shared = generation.equals("v1") ? Stream.of() : Stream.of(NOTIFICATIONS);
        return Stream.concat(in(generation).stream(), shared).toList();
    }

    /** The names of all transcripts in a folder, sorted. */
    static List<String> in(String folder) {
        try (Stream<Path> files = Files.list(folder(folder))) {
            return files.map(file -> folder + "/" + file.getFileName())
                    .filter(name -> name.endsWith(".jsonl"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path folder(String name) {
        try {
            return Path.of(Recordings.class.getResource("/contract").toURI()).resolve(name);
        } catch (URISyntaxException e) {
            throw new IllegalStateException("the folder of the test resources is not a valid URI", e);
        }
    }
}
