package metaservice.launcher;

import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import metaservice.launcher.service.ServiceCatalog;
import metaservice.spi.Seam;

/** Builds a small service jar from sources, valid or invalid in one respect. */
public final class ServiceJar {

    /** Class files by sources; compiled once because most jars of a test class differ in their manifests only. */
    private static final Map<Map<String, String>, Map<String, byte[]>> COMPILED = new ConcurrentHashMap<>();

    private final Map<String, String> manifest = new LinkedHashMap<>();
    private final Map<String, String> sources = new LinkedHashMap<>();
    private final Map<String, String> resources = new LinkedHashMap<>();

    /** A valid service that answers "hello". */
    public static ServiceJar of(String version, String schemaMin) {
        return new ServiceJar()
                .entry(ServiceCatalog.KIND, "metadata")
                .entry(Seam.MANIFEST_ENTRY, Integer.toString(Seam.NUMBER))
                .entry(ServiceCatalog.VERSION, version)
                .entry(ServiceCatalog.SCHEMA_MIN, schemaMin)
                .entry(ServiceCatalog.PROVIDER, "demo.Provider")
                .source("demo.Provider", provider("exchange -> exchange.getResponseSender().send(\"hello\")"));
    }

    /** The source of a provider whose service has one sample for the warm-up, {@code GET /sample}. */
    public static String providerWithSample(String handler) {
        return provider(handler).replace("public void close() {}", """
                public void close() {}
                @Override public java.util.List<SampleRequest> samples() {
                    return java.util.List.of(new SampleRequest("GET", "/sample", ""));
                }
                """);
    }

    /** The source of a provider whose service has the given handler, an expression. */
    public static String provider(String handler) {
        return provider(handler, "");
    }

    /** The same with additional members of the class. */
    public static String provider(String handler, String members) {
        return """
                package demo;
                import io.undertow.server.*;
                import metaservice.spi.*;
                public final class Provider implements ServiceProvider {
                    %s
                    static String context() {
                        return String.valueOf(Thread.currentThread().getContextClassLoader().getName());
                    }
                    public RunningService start(ServiceContext context) throws ServiceStartException {
                        HttpHandler handler = %s;
                        return new RunningService() {
                            public HttpHandler handler() { return handler; }
                            @Override public String pathPrefix() { return context.settings().pathPrefix(); }
                            public Health health() { return Health.UP; }
                            public void close() {}
                        };
                    }
                }
                """.formatted(members, handler);
    }

    public ServiceJar entry(String name, String value) {
        manifest.put(name, value);
        return this;
    }

    public ServiceJar without(String name) {
        manifest.remove(name);
        return this;
    }

    public ServiceJar source(String className, String source) {
        sources.put(className, source);
        return this;
    }

    public ServiceJar resource(String name, String text) {
        resources.put(name, text);
        return this;
    }

    /** Compiles the sources and writes the jar. */
    public Path write(Path folder, String name) throws IOException {
        Path jar = Files.createDirectories(folder).resolve(name);
        Map<String, byte[]> classes = COMPILED.computeIfAbsent(Map.copyOf(sources), ServiceJar::compile);
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream entries = new JarOutputStream(out, manifest())) {
            for (Map.Entry<String, byte[]> file : classes.entrySet()) {
                add(entries, file.getKey(), file.getValue());
            }
            for (Map.Entry<String, String> resource : resources.entrySet()) {
                add(entries, resource.getKey(), resource.getValue().getBytes(StandardCharsets.UTF_8));
            }
        }
        return jar;
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(one);
            }
        }
    }

    private Manifest manifest() {
        Manifest written = new Manifest();
        written.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.forEach((name, value) -> written.getMainAttributes().putValue(name, value));
        return written;
    }

    /** The class files by their names in a jar. */
    private static Map<String, byte[]> compile(Map<String, String> sources) {
        if (sources.isEmpty()) {
            return Map.of();
        }
        try {
            Path work = Files.createTempDirectory("service-jar");
            try {
                return compile(sources, work);
            } finally {
                delete(work);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, byte[]> compile(Map<String, String> sources, Path work) throws IOException {
        Path classes = Files.createDirectory(work.resolve("classes"));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        Path sourceFolder = Files.createDirectory(work.resolve("sources"));
        for (Map.Entry<String, String> source : sources.entrySet()) {
            Path file = sourceFolder.resolve(source.getKey().replace('.', '/') + ".java");
            Files.createDirectories(file.getParent());
            Files.writeString(file, source.getValue());
        }
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
            List<String> options =
                    List.of("-proc:none", "-d", classes.toString(), "-cp", System.getProperty("java.class.path"));
            boolean successful = compiler.getTask(
                            messages,
                            files,
                            null,
                            options,
                            null,
                            files.getJavaFileObjectsFromPaths(files(sourceFolder)))
                    .call();
            if (!successful) {
                throw new IllegalStateException(messages.toString());
            }
        }
        Map<String, byte[]> compiled = new TreeMap<>();
        for (Path file : files(classes)) {
            compiled.put(classes.relativize(file).toString(), Files.readAllBytes(file));
        }
        return compiled;
    }

    private static List<Path> files(Path folder) {
        try (Stream<Path> tree = Files.walk(folder)) {
            return tree.filter(Files::isRegularFile).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void add(JarOutputStream entries, String name, byte[] content) throws IOException {
        entries.putNextEntry(new JarEntry(name));
        entries.write(content);
        entries.closeEntry();
    }
}
