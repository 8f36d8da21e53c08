package metaservice.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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
     * Makes one with a single service, as an image would be that knows no newer one: whatever the schema, it has to run
     * that.
     *
     * @param parent folder to make it in, anew if it is there already
     * @param service the jar that it bundles
     */
    Distribution onlyWith(Path service, Path parent) throws IOException {
        Distribution only = new Distribution(parent.resolve("only-" + service.getFileName()));
        Files.createDirectories(only.services());
        Files.createDirectories(only.program("metaservice").getParent());
        // A copy, because the script looks for the rest beside where it really is.
        Files.copy(program("metaservice"), only.program("metaservice"), StandardCopyOption.REPLACE_EXISTING);
        link(only.folder.resolve("lib"), folder.resolve("lib"));
        link(only.services().resolve(service.getFileName()), service);
        return only;
    }

    /** A program, {@code metaservice} or {@code migration_tools}. */
    Path program(String name) {
        return folder.resolve("bin").resolve(name);
    }

    /** The folder of the bundled services. */
    Path services() {
        return folder.resolve("services");
    }

    private static void link(Path from, Path to) throws IOException {
        Files.deleteIfExists(from);
        Files.createSymbolicLink(from, to);
    }
}
