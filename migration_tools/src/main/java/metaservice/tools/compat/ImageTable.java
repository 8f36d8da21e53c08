package metaservice.tools.compat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import metaservice.migrations.SchemaVersion;
import metaservice.migrations.ServiceVersion;

/** The released images that this build knows, read from a file beside this class. Immutable. */
record ImageTable(List<Image> images) {

    private static final String FILE = "images.tsv";

    ImageTable {
        images = List.copyOf(images);
    }

    /** Reads the file. */
    static ImageTable load() {
        try (InputStream file = ImageTable.class.getResourceAsStream(FILE)) {
            Stream<String> lines = new String(file.readAllBytes(), StandardCharsets.UTF_8).lines();
            return new ImageTable(lines.filter(line -> !line.startsWith("#"))
                    .map(ImageTable::image)
                    .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(FILE + " cannot be read", e);
        }
    }

    private static Image image(String line) {
        String[] parts = line.split("\t", -1);
        return new Image(
                Image.Origin.valueOf(parts[0].toUpperCase(Locale.ROOT)),
                ServiceVersion.parse(parts[1]),
                SchemaVersion.parse(parts[2]),
                Stream.of(parts[3].split(",")).map(ServiceVersion::parse).toList());
    }

    /**
     * Finds an image.
     *
     * @param name a version or a tag, with or without {@code v}, or the name of an image with a tag, such as {@code
     *     netflixoss/metaflow_metadata_service:v2.5.1}; a snapshot counts as the release that follows
     */
    Optional<Image> find(String name) {
        String tag = name.strip().substring(name.strip().lastIndexOf(':') + 1);
        String version = tag.replaceFirst("^v", "").replaceFirst("-SNAPSHOT$", "");
        return images.stream()
                .filter(image -> image.version().toString().equals(version))
                .findFirst();
    }

    /** All versions, for messages. */
    String known() {
        return "of the reference " + versions(Image.Origin.REFERENCE) + "; of this project "
                + versions(Image.Origin.METASERVICE);
    }

    private String versions(Image.Origin origin) {
        return images.stream()
                .filter(image -> image.origin() == origin)
                .map(image -> image.version().toString())
                .collect(Collectors.joining(", "));
    }
}
