package metaservice.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A distribution of Metaservice in a folder.
 *
 * @param folder holds {@code bin}, {@code lib} and {@code services}
 */
record Distribution(Path folder) {

    private static final String FOLDER_PROPERTY = "metaservice.distribution";

    /** The one that the build has put together. */
    static Distribution assembled() {
        return new Distribution(Optional.ofNullable(System.getProperty(FOLDER_PROPERTY))
                .map(Path::of)
                .orElseThrow(() -> new IllegalStateException(
                        "the build sets the system property " + FOLDER_PROPERTY + " to the folder to test"))
                .toAbsolutePath()
                .normalize());
    }

    /**
     * Makes one with fewer services, as an older image would be: on a schema that is newer than it, it has to run the
     * service it has.
     *
     * @param empty where to make it
     * @param services the jars that it bundles
     */
    Distribution with(Path empty, List<Path> services) throws IOException {
        // A copy, because the script looks for the rest beside where it really is.
        Path bin = Files.createDirectory(empty.resolve("bin"));
        Files.copy(program("metaservice"), bin.resolve("metaservice"));
        Files.createSymbolicLink(empty.resolve("lib"), folder.resolve("lib"));
        Path jars = Files.createDirectory(empty.resolve("services"));
        for (Path jar : services) {
            Files.createSymbolicLink(jars.resolve(jar.getFileName()), jar);
        }
        return new Distribution(empty);
    }

    /** A program, {@code metaservice} or {@code migration_tools}. */
    Path program(String name) {
        return folder.resolve("bin").resolve(name);
    }

    /** The folder of the bundled services. */
    Path services() {
        return folder.resolve("services");
    }
}
