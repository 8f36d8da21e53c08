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

    /** The distribution that the build has assembled. */
    static Distribution assembled() {
        return new Distribution(Optional.ofNullable(System.getProperty(FOLDER_PROPERTY))
                .map(Path::of)
                .orElseThrow(() -> new IllegalStateException(
                        "the build sets the system property " + FOLDER_PROPERTY + " to the folder to test"))
                .toAbsolutePath()
                .normalize());
    }

    /**
     * Creates a distribution with a single service, like an image in which that service is the only one. Its launcher has to
     * run this service on every schema that the service supports.
     *
     * @param parent folder to create it in; an existing distribution is replaced
     * @param service the jar of the service
     */
    Distribution onlyWith(Path service, Path parent) throws IOException {
        Distribution only = new Distribution(parent.resolve("only-" + service.getFileName()));
        Files.createDirectories(only.services());
        Files.createDirectories(only.program("metaservice").getParent());
        // A copy and not a link, because the script resolves links to find its folder.
        Files.copy(program("metaservice"), only.program("metaservice"), StandardCopyOption.REPLACE_EXISTING);
        link(only.folder.resolve("lib"), folder.resolve("lib"));
        link(only.services().resolve(service.getFileName()), service);
        return only;
    }

    /** Path of a program, {@code metaservice} or {@code migration_tools}. */
    Path program(String name) {
        return folder.resolve("bin").resolve(name);
    }

    /** Path of a file in the folder of libraries and scripts. */
    Path library(String name) {
        return folder.resolve("lib").resolve(name);
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
