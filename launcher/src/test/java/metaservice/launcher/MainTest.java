package metaservice.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import metaservice.settings.Setting;
import org.junit.jupiter.api.Test;

class MainTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(Map<String, String> environment, String... args) {
        return Main.run(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                args,
                environment);
    }

    @Test
    void helpListsEveryVariableWithItsDefault() {
        assertEquals(0, run(Map.of(), "--help"));
        String help = out.toString(StandardCharsets.UTF_8);
        Stream.of(Setting.LAUNCHER, Setting.DATABASE)
                .flatMap(List::stream)
                .forEach(setting -> assertTrue(
                        help.lines()
                                .anyMatch(line -> line.contains(" " + setting.name() + " ")
                                        && line.contains(
                                                " " + setting.defaultValue().orElse("-") + " ")
                                        && line.endsWith(setting.meaning())),
                        setting::name));
        assertEquals("", err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void noExitCodeIsThatOfAVirtualMachineWithoutMemory() {
        assertTrue(Stream.of(ExitCode.values()).noneMatch(code -> code.number() == 3));
    }

    @Test
    void versionIsPrintedInOneLine() {
        assertEquals(0, run(Map.of(), "--version"));
        assertTrue(out.toString(StandardCharsets.UTF_8).matches("metaservice [0-9]+\\S*\\R"), out::toString);
    }

    @Test
    void unknownOptionIsWrongUsage() {
        assertEquals(2, run(Map.of(), "--no-such-option"));
        assertEquals(List.of("Unknown option: '--no-such-option' (try --help)"), errLines());
    }

    @Test
    void freshNeedsAFolder() {
        assertEquals(2, run(Map.of(), "--fresh"));
        assertEquals(1, errLines().size(), err::toString);
    }

    @Test
    void allWrongSettingsAreReportedTogether() {
        assertEquals(2, run(Map.of("MF_METADATA_PORT", "x", "MF_METADATA_DB_PORT", "y")));
        assertEquals(2, errLines().size(), err::toString);
        assertTrue(errLines().get(0).startsWith("MF_METADATA_PORT "), err::toString);
        assertTrue(errLines().get(1).contains("MF_METADATA_DB_PORT"), err::toString);
    }

    @Test
    void missingServicesAreReportedInOneSentence() {
        assertEquals(1, run(Map.of()));
        assertEquals(1, errLines().size(), err::toString);
        assertTrue(errLines().get(0).endsWith("services: expected a folder with service jars"), err::toString);
    }

    private List<String> errLines() {
        return err.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
