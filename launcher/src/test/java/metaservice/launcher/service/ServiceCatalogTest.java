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
            nullValues = "nobody",
            value = {
                "             0, nobody, 1.0.1", // tables, no ledger
                "             1, nobody, 1.0.1",
                "20200603104138, nobody, 1.0.1", // one short of v2
                "20200603104139, nobody, 2.5.1",
                "20260706000002,  1.0.0, 2.5.1",
                "20260706000003,  1.0.0, 3.0.0",
                "20260706000003,  3.0.0, 3.0.0", // the floor itself is admitted
                "20260706000003,  3.0.1, nobody",
                "20200603104139,  3.0.0, nobody", // the only one admitted cannot run yet
                "29990101000000,  1.0.0, 3.0.0", // from a newer build, still open to us: the newest
                "29990101000000, nobody, 3.0.0", // from somebody who stores no floor
                "29990101000000,  4.0.0, nobody" // from a newer build that shut us out
            })
    void newestCompatibleServiceIsFound(long schema, String floor, String expected) {
        Optional<String> found = threeServices()
                .newestFor(new SchemaVersion(schema), Optional.ofNullable(floor).map(ServiceVersion::parse))
                .map(service -> service.version().toString());
        assertEquals(Optional.ofNullable(expected), found);
    }

    @Test
    void goodJarsAreDescribedByTheirManifests() throws Exception {
        Path newer = ServiceJar.of("2.10.0", "20200603104139").write(folder, "a.jar");
        Path older = ServiceJar.of("2.9.0", "0").write(folder, "b.jar");
        Files.writeString(folder.resolve("notes.txt"), "no jar, not looked at");
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
    void missingEntryIsNamed() throws IOException {
        ServiceJar.of("3.0.0", "0").without(ServiceCatalog.SCHEMA_MIN).write(folder, "bad.jar");
        assertProblem("bad.jar: its manifest has no Metaservice-Schema-Min");
    }

    @Test
    void jarWithoutManifestEntriesIsNamed() throws IOException {
        new ServiceJar().write(folder, "bad.jar");
        assertProblem("bad.jar: its manifest has no Metaservice-Version");
    }

    @Test
    void versionThatIsNoneIsNamed() throws IOException {
        ServiceJar.of("three", "0").write(folder, "bad.jar");
        assertProblem("bad.jar: Metaservice-Version is 'three'; expected a version like 3.0.0");
    }

    @Test
    void schemaVersionThatIsNoneIsNamed() throws IOException {
        ServiceJar.of("3.0.0", "latest").write(folder, "bad.jar");
        assertProblem("bad.jar: Metaservice-Schema-Min is 'latest'; expected the number of a schema version");
    }

    @Test
    void providerThatIsNotInTheJarIsNamed() throws IOException {
        ServiceJar.of("3.0.0", "0").entry(ServiceCatalog.PROVIDER, "demo.Gone").write(folder, "bad.jar");
        assertProblem("bad.jar: Metaservice-Provider names demo.Gone, which is not in the jar");
    }

    @Test
    void twoJarsOfOneVersionAreNamed() throws IOException {
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
    void kindThatIsNoneIsNamed() throws IOException {
        ServiceJar.of("3.0.0", "0").entry(ServiceCatalog.KIND, "Meta Data").write(folder, "bad.jar");
        assertProblem("bad.jar: Metaservice-Kind is 'Meta Data'; expected a kind like metadata");
    }

    @Test
    void kindsHaveVersionsOfTheirOwn() throws Exception {
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
                "the floor speaks of the metadata service");
        assertEquals(Optional.empty(), catalog.ofKind(new ServiceKind("ui")));
    }

    @Test
    void fileThatIsNoJarIsNamed() throws IOException {
        Files.writeString(folder.resolve("bad.jar"), "not a zip file");
        assertProblem("bad.jar: not a readable jar");
    }

    @Test
    void folderWithoutJarsIsNamed() {
        assertProblem("expected at least one service jar, found none");
    }

    @Test
    void missingFolderIsNamed() {
        CatalogException failure =
                assertThrows(CatalogException.class, () -> ServiceCatalog.read(folder.resolve("nowhere")));
        assertTrue(failure.getMessage().endsWith("nowhere: expected a folder with service jars"), failure::getMessage);
    }

    @Test
    void allProblemsAreToldTogether() throws IOException {
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
