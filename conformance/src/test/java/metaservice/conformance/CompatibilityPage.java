package metaservice.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import metaservice.migrations.SchemaVersion;

/**
 * The page of the documentation that shows the results of the compatibility matrix, between two marks.
 *
 * @param page the file of the page
 * @param report the file that every run of the test writes the table to
 * @param renew whether the run also updates the page
 */
record CompatibilityPage(Path page, Path report, boolean renew) {

    private static final String BEGIN = "<!-- measured: begin -->\n";
    private static final String END = "<!-- measured: end -->\n";

    /** The page that the system properties of the build name. */
    static CompatibilityPage ofTheBuild() throws IOException {
        return new CompatibilityPage(
                Path.of(System.getProperty("metaservice.compatibility.page")),
                folder().resolve("matrix.md"),
                Boolean.getBoolean("metaservice.compatibility.renew"));
    }

    /** The folder for the files that the matrix creates. */
    static Path folder() throws IOException {
        return Files.createDirectories(Path.of(System.getProperty("metaservice.compatibility.folder")));
    }

    /** The table of the results, in the form of the page. */
    String expected(Map<Cell, Cell.Result> results) {
        List<String> names = divergences(results);
        List<Generation> generations = Generation.bundled();
        List<String> lines = new ArrayList<>();
        lines.add(row("schema version", generations.stream().map(Generation::toString)));
        lines.add(row("---:", generations.stream().map(generation -> "---")));
        for (SchemaVersion schema : Generation.schemas()) {
            String title = schema.equals(SchemaVersion.ZERO) ? "0 (tables, no ledger)" : schema.toString();
            lines.add(row(
                    title,
                    generations.stream().map(generation -> cell(results.get(new Cell(generation, schema)), names))));
        }
        lines.add("");
        names.forEach(name -> lines.add("- **" + letter(names, name) + "**: " + name));
        return String.join("\n", lines) + "\n";
    }

    /** The table that the page contains now. */
    String shown() throws IOException {
        String text = Files.readString(page);
        return text.substring(text.indexOf(BEGIN) + BEGIN.length(), text.indexOf(END));
    }

    /** Writes the results to the report, and to the page if {@code renew} is set. */
    void report(Map<Cell, Cell.Result> results) throws IOException {
        String times = results.entrySet().stream()
                .map(each ->
                        "- " + each.getKey() + ": " + each.getValue().time().toMillis() + " ms\n")
                .collect(Collectors.joining());
        Files.writeString(report, expected(results) + "\nTime of each, several at once:\n\n" + times);
        if (renew) {
            Files.writeString(
                    page, Files.readString(page).replace(BEGIN + shown() + END, BEGIN + expected(results) + END));
        }
    }

    private static List<String> divergences(Map<Cell, Cell.Result> results) {
        return List.copyOf(results.values().stream()
                .flatMap(result -> result.files().stream())
                .flatMap(file -> file.divergent().keySet().stream())
                .collect(Collectors.toCollection(TreeSet::new)));
    }

    /** The text of one cell; empty if the service does not support the schema. */
    private static String cell(Cell.Result result, List<String> names) {
        if (result == null) {
            return "";
        }
        int good = 0;
        long failed = 0;
        int other = 0;
        SortedMap<String, Integer> divergent = new TreeMap<>();
        for (PlayResult file : result.files()) {
            good += file.passed() - file.acceptedAnswers();
            failed += file.failed();
            other += file.acceptedAnswers();
            for (Map.Entry<String, Integer> each : file.divergent().entrySet()) {
                good -= each.getValue();
                divergent.merge(each.getKey(), each.getValue(), Integer::sum);
            }
        }
        StringBuilder text = new StringBuilder("**" + good + "**");
        divergent.forEach(
                (name, count) -> text.append(" + ").append(count).append(' ').append(letter(names, name)));
        text.append(other == 0 ? "" : " + " + other + " odd");
        return text.append(failed == 0 ? "" : ", " + failed + " FAILED").toString();
    }

    private static char letter(List<String> names, String name) {
        return (char) ('a' + names.indexOf(name));
    }

    private static String row(String title, Stream<String> cells) {
        return cells.collect(Collectors.joining(" | ", "| " + title + " | ", " |"));
    }
}
