package metaservice.launcher;

import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;

/** Loads libraries that only some processes need; each has a folder of jars and a class loader of its own. */
final class LibraryLoader {

    private LibraryLoader() {}

    /**
     * Makes a class loader for the jars of a folder; its parent is the launcher's.
     *
     * @param name the class loader's name, for people who debug
     * @throws IOException if there is no such folder
     */
    static URLClassLoader open(String name, Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new NotDirectoryException(folder.toString());
        }
        List<URL> jars = new ArrayList<>();
        try (var files = Files.newDirectoryStream(folder, "*.jar")) {
            for (Path jar : files) {
                jars.add(url(jar));
            }
        }
        return new URLClassLoader(name, jars.toArray(URL[]::new), LibraryLoader.class.getClassLoader());
    }

    /**
     * Finds the library's implementation of an interface, by its entry in {@code META-INF/services}.
     *
     * @throws IOException if there is none
     */
    static <T> T find(Class<T> type, ClassLoader loader) throws IOException {
        return ServiceLoader.load(type, loader)
                .findFirst()
                .orElseThrow(() -> new IOException("it has no " + type.getSimpleName()));
    }

    private static URL url(Path jar) throws MalformedURLException {
        return jar.toUri().toURL();
    }
}
