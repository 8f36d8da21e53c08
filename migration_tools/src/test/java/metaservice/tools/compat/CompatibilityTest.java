package metaservice.tools.compat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import metaservice.migrations.SchemaCatalog;
import metaservice.migrations.SchemaVersion;
import metaservice.migrations.ServiceVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompatibilityTest {

    private static final SchemaCatalog SCHEMAS = SchemaCatalog.load();
    private static final List<BundledService> SERVICES =
            List.of(service("1.0.1", 0), service("2.5.1", 20200603104139L), service("3.0.0", 20260706000003L));
    private static final ImageTable IMAGES = ImageTable.load();

    private final Compatibility compatibility = new Compatibility(SCHEMAS, SERVICES);

    @ParameterizedTest(name = "from {0} on schema {1}, floor {2}, upgrade {3}: {4}")
    @CsvSource(
            nullValues = "-",
            value = {
                "1.0.1,  -,              -,     false, 0, 1.0.1, 1.0.1",
                "1.0.1,  -,              -,     true,  3, 1.0.1, 1.0.1",
                "1.0.1,  20200603104139, -,     false, 3, 2.5.1, 1.0.1",
                "v2.0.3, -,              -,     false, 0, 2.5.1, 2.0.3",
                "v2.0.3, 1,              -,     false, 0, 1.0.1, 1.0.1",
                "v2.0.3, 1,              -,     true,  3, 1.0.1, 1.0.1",
                "v2.5.1, -,              -,     false, 0, 2.5.1, 2.5.1",
                "v2.5.1, -,              -,     true,  0, 2.5.1, 2.5.1",
                "v2.5.1, 20260706000003, -,     false, 3, 3.0.0, 2.5.1",
                "0.1.0,  -,              -,     true,  0, 3.0.0, 3.0.0",
                "0.1.0,  1,              -,     true,  0, 1.0.1, 1.0.1",
                "-,      0,              -,     false, 0, 1.0.1, -",
                "-,      1,              -,     true,  3, 1.0.1, -",
                "-,      20230118020300, -,     true,  0, 2.5.1, -",
                "-,      20261120000000, -,     true,  0, 3.0.0, -",
                "-,      29990101000000, -,     false, 3, 3.0.0, -",
                "-,      29990101000000, 2.5.1, false, 0, 3.0.0, -",
                "-,      29990101000000, 3.0.1, false, 3, -,     -",
                "-,      20230118020300, 3.0.0, false, 3, -,     -"
            })
    void changeIsDecided(
            String image, Long schema, String floor, boolean withUpgrade, int code, String service, String others) {
        Optional<Image> from =
                Optional.ofNullable(image).map(name -> IMAGES.find(name).orElseThrow());
        SchemaVersion at = schema == null ? from.orElseThrow().newestSchema() : new SchemaVersion(schema);
        Change change = new Change(from, at, Optional.ofNullable(floor).map(ServiceVersion::parse), withUpgrade);

        Verdict verdict = compatibility.decide(change);

        assertEquals(code, verdict.exitCode(), verdict.text());
        if (schema == null || schema < 29990101000000L || floor != null) {
            assertEquals(Optional.ofNullable(service).map(ServiceVersion::parse), verdict.service(), verdict.text());
        }
        assertEquals(Optional.ofNullable(others).map(ServiceVersion::parse), verdict.serviceOfOthers());
    }

    @Test
    void migrationThatShutsOutTheOtherImageIsNamed() {
        SchemaVersion next = new SchemaVersion(SCHEMAS.newest().number() + 1);
        SchemaCatalog more = new SchemaCatalog(Stream.concat(
                        SCHEMAS.entries().stream(),
                        Stream.of(new SchemaCatalog.Entry(
                                next, "wider keys", new ServiceVersion(4, 0, 0), List.of(), true)))
                .toList());
        Change change = new Change(IMAGES.find("0.1.0"), SCHEMAS.newest(), Optional.empty(), true);

        Verdict verdict = new Compatibility(more, SERVICES).decide(change);

        assertEquals(Verdict.RECREATE, verdict.exitCode());
        assertTrue(verdict.reason().contains(next + " on the database admits services from 4.0.0"), verdict.reason());
    }

    @ParameterizedTest
    @CsvSource({
        "v2.5.1, 2.5.1",
        "2.0.6, 2.0.6",
        "netflixoss/metaflow_metadata_service:v2.3.0, 2.3.0",
        "0.1.0-SNAPSHOT, 0.1.0"
    })
    void imageIsFoundByItsTag(String name, String version) {
        assertEquals(version, IMAGES.find(name).orElseThrow().version().toString());
    }

    /** A schema version that is missing here would be taken for one of a newer build. */
    @Test
    void everyImageMakesASchemaOfThisBuild() {
        IMAGES.images()
                .forEach(image -> assertTrue(SCHEMAS.find(image.newestSchema()).isPresent(), image.toString()));
    }

    @Test
    void thisReleaseIsInTheTable() throws IOException {
        Matcher version =
                Pattern.compile("<version>([^<]+)</version>").matcher(Files.readString(Path.of("..", "pom.xml")));
        assertTrue(version.find());
        Image image = IMAGES.find(version.group(1)).orElseThrow();
        assertEquals(SCHEMAS.newest(), image.newestSchema());
        assertEquals(SERVICES.stream().map(BundledService::version).toList(), image.services());
    }

    private static BundledService service(String version, long schemaMin) {
        return new BundledService(ServiceVersion.parse(version), new SchemaVersion(schemaMin));
    }
}
