package metaservice.launcher.service;

import java.util.List;

/** The bundled services cannot be read. Has one message for each invalid jar. */
public final class CatalogException extends Exception {

    private final transient List<String> problems;

    CatalogException(List<String> problems) {
        super(String.join("; ", problems));
        this.problems = List.copyOf(problems);
    }

    public List<String> problems() {
        return problems;
    }
}
