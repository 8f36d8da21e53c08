package metaservice.launcher;

import java.util.List;

/** The bundled services cannot be read; every jar that is wrong is named with what is wrong. */
final class CatalogException extends Exception {

    private final transient List<String> problems;

    CatalogException(List<String> problems) {
        super(String.join("; ", problems));
        this.problems = List.copyOf(problems);
    }

    List<String> problems() {
        return problems;
    }
}
