package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TranscriptTest {

    @TempDir
    Path folder;

    @ParameterizedTest(name = "{0} holds {1} transcripts")
    @CsvSource({"v1, 19", "v2, 31", "v3, 44", "migration, 13"})
    void everyRecordingCanBeRead(String folder, int count) {
        List<String> names = Recordings.in(folder);
        assertEquals(count, names.size());
        assertTrue(names.stream()
                .map(Recordings::read)
                .noneMatch(transcript -> transcript.steps().isEmpty()));
    }

    @Test
    void theHeaderSetsServiceEnvironmentAndListening() throws IOException {
        Transcript transcript = read("{\"scenario\": \"x\", \"about\": \"\", \"service\": \"cutoff\", "
                + "\"env\": {\"A\": \"60\"}, \"reset\": \"none\", \"listen\": true}");
        assertEquals("cutoff", transcript.service());
        assertEquals(Map.of("A", "60"), transcript.environment());
        assertFalse(transcript.emptied());
        assertTrue(transcript.listen());
    }

    @Test
    void withoutAHeaderTheServiceIsMetadataAndTablesAreEmptied() throws IOException {
        Transcript transcript = read("{\"sql\": \"select 1\"}");
        assertEquals("metadata", transcript.service());
        assertTrue(transcript.emptied());
        assertFalse(transcript.listen());
    }

    @Test
    void stepsHaveTheirLineNumbers() throws IOException {
        Transcript transcript = read(
                "{\"scenario\": \"x\"}",
                "",
                "{\"db\": {\"schema\": \"1\", \"goose\": true}}",
                "{\"db\": {\"schema\": null, \"goose\": false}}",
                "{\"sql\": \"select 1\", \"rows\": [[1]], \"notify\": []}",
                "{\"cli\": [\"upgrade\", \"--base-url\", \"${base_url}\"], \"exit\": 0, \"stdout\": \"ok\\n\"}");
        assertEquals(
                List.of(3, 4, 5, 6), transcript.steps().stream().map(Step::line).toList());
        assertEquals(
                new Step.Rebuild(3, "database at schema 1", Optional.of("1"), true, Optional.empty()),
                transcript.steps().get(0));
        assertEquals(
                new Step.Rebuild(4, "database at schema none", Optional.empty(), false, Optional.empty()),
                transcript.steps().get(1));
        assertTrue(transcript.steps().get(2).notifications().isPresent());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "not json",
                "{\"unknown\": 1}",
                "{\"request\": {\"path\": \"/\"}, \"response\": {\"status\": 200}}",
                "{\"request\": {\"method\": \"GET\", \"path\": \"/\"}, \"response\": {}}",
                "{\"request\": {\"method\": \"GET\", \"path\": \"/\"}, \"response\": {\"status\": 1}, \"match\": {\"x\": 1}}",
                "{\"cli\": [], \"stdout\": \"\"}"
            })
    void theErrorForALineThatIsNotAStepHasFileAndLine(String line) {
        IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class, () -> read("", line));
        assertTrue(refusal.getMessage().contains("x.jsonl:2: "), refusal::getMessage);
    }

    private Transcript read(String... lines) throws IOException {
        return Transcript.read(Files.write(folder.resolve("x.jsonl"), List.of(lines)));
    }
}
