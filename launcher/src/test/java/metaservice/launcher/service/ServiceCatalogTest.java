package metaservice.launcher.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import metaservice.launcher.ServiceJar;
import metaservice.migrations.SchemaVersion;
import metaservice.migrations.ServiceVersion;
import metaservice.spi.Seam;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

public class ServiceCatalogTest {

    @TempDir
    private Path folder;

    public static ServiceCatalog threeServices() {
        return new ServiceCatalog(
                List.of(service("3.0.0", 20260706000003L), service("1.0.1", 0), service("2.5.1", 20200603104139L)));
    }

    private static BundledService service(String version, long schemaMin) {
        return new BundledService(
                ServiceKind.METADATA,
                ServiceVersion.parse(version),
                new SchemaVersion(schemaMin),
                "demo.Provider",
                Path.of(version + ".jar"));
    }

    @ParameterizedTest(name = "schema {0}, shut out below {1}: {2}")
    @CsvSource(
            nullValues = "none",
            value = {
                "             0, none, 1.0.1", // tables, no ledger
                "             1, none, 1.0.1",
                "20200603104138, none, 1.0.1", // one short of v2
                "20200603104139, none, 2.5.1",
                "20260706000002,  1.0.0, 2.5.1",
                "20260706000003,  1.0.0, 3.0.0",
                "20260706000003,  3.0.0, 3.0.0", // the floor itself is admitted
                "20260706000003,  3.0.1, none",
                "20200603104139,  3.0.0, none", // the only admitted one needs a newer schema
                "29990101000000,  1.0.0, 3.0.0", // from a newer build that admits the newest service
                "29990101000000, none, 3.0.0", // from a newer build without a floor
                "29990101000000,  4.0.0, none" // from a newer build that shuts out all services
            })
    void newestCompatibleServiceIsFound(long schema, String floor, String expected) {
        Optional<String> found = threeServices()
                .newestFor(new SchemaVersion(schema), Optional.ofNullable(floor).map(ServiceVersion::parse))
                .map(service -> service.version().toString());
        assertEquals(Optional.ofNullable(expected), found);
    }

    @Test
    void validJarsAreDescribedByTheirManifests() throws Exception {
        Path newer = ServiceJar.of("2.10.0", "20200603104139").write(folder, "a.jar");
        Path older = ServiceJar.of("2.9.0", "0").write(folder, "b.jar");
        Files.writeString(folder.resolve("notes.txt"), "not a jar");
        assertEquals(
                List.of(
                        new BundledService(
                                ServiceKind.METADATA,
                                new ServiceVersion(2, 9, 0),
                                SchemaVersion.ZERO,
                                "demo.Provider",
                                older),
                        new BundledService(
                                ServiceKind.METADATA,
                                new ServiceVersion(2, 10, 0),
                                new SchemaVersion(20200603104139L),
                                "demo.Provider",
                                newer)),
                ServiceCatalog.read(folder).services());
    }

    @Test
    void missingEntryIsReported() throws IOException {
        ServiceJar.of("3.0.0", "0").without(ServiceCatalog.SCHEMA_MIN).write(folder, "bad.jar");
        assertProblem("bad.jar: its manifest has no Metaservice-Schema-Min");
    }

    @Test
    void jarWithoutManifestEntriesIsReported() throws IOException {
        new ServiceJar().write(folder, "bad.jar");
        assertProblem("bad.jar: its manifest has no Metaservice-Version");
    }

    @Test
    void invalidVersionIsReported() throws IOException {
        ServiceJar.of("three", "0").write(folder, "bad.jar");
        assertProblem("bad.jar: Metaservice-Version is 'three'; expected a version like 3.0.0");
    }

    @Test
    void invalidSchemaVersionIsReported() throws IOException {
        ServiceJar.of("3.0.0", "latest").write(folder, "bad.jar");
        assertProblem("bad.jar: Metaservice-Schema-Min is 'latest'; expected the number of a schema version");
    }

    @Test
    void providerThatIsNotInTheJarIsReported() throws IOException {
        ServiceJar.of("3.0.0", "0").entry(ServiceCatalog.PROVIDER, "demo.Gone").write(folder, "bad.jar");
        assertProblem("bad.jar: Metaservice-Provider names demo.Gone, which is not in the jar");
    }

    @Test
    void twoJarsOfOneVersionAreReported() throws IOException {
        Path first = ServiceJar.of("3.0.0", "0").write(folder, "a.jar");
        ServiceJar.of("3.0.0", "0").write(folder, "b.jar");
        assertProblem("b.jar: service version 3.0.0 is also in " + first);
    }

    @ParameterizedTest(name = "seam {0}")
    @CsvSource({"1", "3", "two", "99999999999"})
    void jarOfASeamThatDoesNotLoadIsRefused(String seam) throws IOException {
        ServiceJar.of("3.0.0", "0").entry(Seam.MANIFEST_ENTRY, seam).write(folder, "bad.jar");
        assertProblem("bad.jar: it was built for seam " + seam
                + ", and this launcher loads seams 2 to 2: build it against" + " this launcher's service-spi");
    }

    @Test
    void invalidKindIsReported() throws IOException {
        ServiceJar.of("3.0.0", "0").entry(ServiceCatalog.KIND, "Meta Data").write(folder, "bad.jar");
        assertProblem("bad.jar: Metaservice-Kind is 'Meta Data'; expected a kind like metadata");
    }

    @Test
    void eachKindHasItsOwnVersions() throws Exception {
        ServiceJar.of("3.0.0", "0").write(folder, "a.jar");
        ServiceJar.of("3.0.0", "1").entry(ServiceCatalog.KIND, "echo").write(folder, "b.jar");
        ServiceCatalog catalog = ServiceCatalog.read(folder);
        ServiceKind echo = new ServiceKind("echo");
        assertEquals(List.of(echo, ServiceKind.METADATA), catalog.kinds());
        assertEquals(
                Optional.of("echo 3.0.0"),
                catalog.ofKind(echo)
                        .flatMap(services ->
                                services.newestFor(new SchemaVersion(1), Optional.of(new ServiceVersion(4, 0, 0))))
                        .map(BundledService::title),
                "the floor applies to the metadata kind only");
        assertEquals(Optional.empty(), catalog.ofKind(new ServiceKind("ui")));
    }

    @Test
    void fileThatIsNoJarIsReported() throws IOException {
        Files.writeString(folder.resolve("bad.jar"), "not a zip file");
        assertProblem("bad.jar: not a readable jar");
    }

    @Test
    void folderWithoutJarsIsReported() {
        assertProblem("expected at least one service jar, found none");
    }

    @Test
    void missingFolderIsReported() {
        CatalogException failure =
                assertThrows(CatalogException.class, () -> ServiceCatalog.read(folder.resolve("nowhere")));
        assertTrue(failure.getMessage().endsWith("nowhere: expected a folder with service jars"), failure::getMessage);
    }

    @Test
    void allProblemsAreReportedTogether() throws IOException {
        ServiceJar.of("three", "0").write(folder, "a.jar");
        Files.writeString(folder.resolve("b.jar"), "not a zip file");
        CatalogException failure = assertThrows(CatalogException.class, () -> ServiceCatalog.read(folder));
        assertEquals(2, failure.problems().size(), failure::getMessage);
    }

    private void assertProblem(String end) {
        CatalogException failure = assertThrows(CatalogException.class, () -> ServiceCatalog.read(folder));
        assertEquals(1, failure.problems().size(), failure::getMessage);
        assertTrue(failure.getMessage().endsWith(end), failure::getMessage);
    }
}
