package metaservice.kit.document;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Collectors;
import metaservice.kit.Api;

/** The program that the build of a version runs. Writes the files that {@link Api} reads at start. */
public final class GenerateDocument {

    private GenerateDocument() {}

    /**
     * Writes the files.
     *
     * @param args the name of a {@link DescribesApi}, the service version, and the folder of the module's classes
     * @throws ReflectiveOperationException if the class cannot be instantiated
     * @throws IOException if a file cannot be written
     * @throws IllegalStateException if the description is incomplete; the message says what is missing
     */
    public static void main(String[] args) throws ReflectiveOperationException, IOException {
        String version = args[1];
        Class<?> describing = Class.forName(args[0]);
        DescribesApi api = (DescribesApi) describing.getDeclaredConstructor().newInstance();
        ObjectNode document = ApiDocument.of(version, api.describe(version));
        Path folder = Path.of(args[2], describing.getPackageName().replace('.', '/'));
        Files.createDirectories(folder);
        Files.write(
                folder.resolve(Api.DOCUMENT_FILE), JsonMapper.builder().build().writeValueAsBytes(document));
        Files.writeString(folder.resolve(Api.BODIES_FILE), bodies(document));
    }

    /** The content of {@link Api#BODIES_FILE}. */
    static String bodies(JsonNode document) {
        return document.get("paths").properties().stream()
                .flatMap(path -> path.getValue().properties().stream()
                        .filter(operation -> operation.getValue().has("requestBody"))
                        .map(operation -> operation.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey()
                                + "\t"
                                + operation.getValue().at("/requestBody/content/application~1json/example")
                                + "\n"))
                .collect(Collectors.joining());
    }
}
