package metaservice.launcher.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import metaservice.launcher.Http;
import metaservice.launcher.http.FrontDoor;
import metaservice.spi.SampleRequest;
import metaservice.spi.Tables;
import metaservice.spi.TokenException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jars that were compiled against earlier seams; {@code resources/seam/README.md} lists them. */
class SeamTest {

    @TempDir
    private Path folder;

    private ServiceCatalog catalogWith(String name) throws IOException, CatalogException {
        try (InputStream jar = getClass().getResourceAsStream("/seam/" + name)) {
            Files.copy(jar, folder.resolve(name));
        }
        return ServiceCatalog.read(folder);
    }

    @Test
    void jarOfSeam1IsRefusedWithAMessage() {
        CatalogException refused = assertThrows(CatalogException.class, () -> catalogWith("seam-1.jar"));
        assertEquals(
                List.of(folder.resolve("seam-1.jar")
                        + ": it was built for seam 1, and this launcher loads seams 2 to 2:"
                        + " build it against this launcher's service-spi"),
                refused.problems());
    }

    @Test
    void jarOfSeam2ReadsEverySettingThatItKnows() throws Exception {
        BundledService bundled = catalogWith("seam-2.jar").services().get(0);
        DatabaseValues database = new DatabaseValues(
                "jdbc:none", Optional.of("jdbc:reader"), Map.of("user", "u"), 2, 3, Duration.ofSeconds(4));
        SettingsValues settings = new SettingsValues(
                "/p",
                5,
                List.of("http://origin"),
                new Tables("f", "r", "s", "t", "m", "a"),
                Optional.of("trigger_schema"),
                Duration.ofSeconds(6));
        try (IsolatedService service = IsolatedService.start(
                        bundled,
                        database,
                        settings,
                        () -> {
                            throw new TokenException(TokenException.Reason.NOT_CONFIGURED, "no role");
                        },
                        PauseWhileBusy.NEVER);
                FrontDoor frontDoor = FrontDoor.open(
                        "front-door", new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1000)) {
            frontDoor.serve(service.handler());
            assertEquals(
                    "9.2.0 jdbc:none jdbc:reader 1 2 3 PT4S [/p] 5 [http://origin] trigger_schema PT6S f r s t m a true"
                            + " flows_v3 NOT_CONFIGURED",
                    Http.get(frontDoor.port(), "/").body());
            assertEquals("/p", service.pathPrefix());
            assertEquals(List.of(new SampleRequest("GET", "/sample", "")), service.samples());
            assertEquals(true, service.health().up());
        }
    }
}
