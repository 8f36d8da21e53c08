package metaservice.settings;

import java.nio.file.Path;
import java.util.Map;

/**
 * Gives database servers that run as long as this process. A library that has one names its implementation in {@code
 * META-INF/services}; {@link java.util.ServiceLoader} finds it there.
 */
public interface DatabaseServerProvider {

    /**
     * Describes a server; starts nothing.
     *
     * @param folder where the server keeps its data; it is made if it does not exist
     * @param fresh whether existing data in the folder are deleted first
     * @param environment the settings of the connection pool; variables that name a database are ignored
     */
    DatabaseServer server(Path folder, boolean fresh, Map<String, String> environment);
}
