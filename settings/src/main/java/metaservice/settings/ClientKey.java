package metaservice.settings;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The private key of a client certificate, in the form that the JDBC driver requires. libpq accepts every key that
 * OpenSSL can read. The driver accepts PKCS #8 without a password; a PEM file needs a name that ends with
 * {@code .key} or {@code .pem}, and the algorithm of its key must be set as a property.
 */
final class ClientKey {

    private static final String BEGIN = "-----BEGIN ";
    private static final String PRIVATE_KEY = "PRIVATE KEY-----";
    private static final List<String> TEXT_SUFFIXES = List.of(".key", ".pem");
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "Ed25519");

    private ClientKey() {}

    /**
     * Validates the key file named by the properties, if any, and adds the property with its algorithm. A file that
     * cannot be read is not reported here, because the driver may not need it; the driver reports it when it does.
     *
     * @param variable name of the setting for messages
     */
    static void validate(EnvironmentReader environment, String variable, Map<String, String> properties) {
        String path = properties.getOrDefault("sslkey", "");
        Optional<String> text = text(path).filter(content -> content.contains(BEGIN));
        if (text.isEmpty()) {
            return;
        }
        if (!text.get().contains(BEGIN + PRIVATE_KEY)) {
            environment.addProblem(variable + " names " + path
                    + "; expected PKCS #8 without a password, as 'openssl pkcs8 -topk8 -nocrypt' writes it");
        } else if (TEXT_SUFFIXES.stream().noneMatch(path::endsWith)) {
            environment.addProblem(variable + " names " + path + "; expected a name that ends with .key or .pem");
        } else {
            algorithm(text.get()).ifPresent(name -> properties.put("pemKeyAlgorithm", name));
        }
    }

    private static Optional<String> text(String path) {
        try {
            return path.isEmpty()
                    ? Optional.empty()
                    : Optional.of(Files.readString(Path.of(path), StandardCharsets.ISO_8859_1));
        } catch (IOException | InvalidPathException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> algorithm(String text) {
        String from = text.substring(text.indexOf(BEGIN + PRIVATE_KEY) + BEGIN.length() + PRIVATE_KEY.length());
        String content = from.substring(0, Math.max(0, from.indexOf("-----END ")));
        return ALGORITHMS.stream()
                .filter(algorithm -> isKeyOf(algorithm, content))
                .findFirst();
    }

    private static boolean isKeyOf(String algorithm, String content) {
        try {
            byte[] bytes = Base64.getMimeDecoder().decode(content);
            KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(bytes));
            return true;
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return false;
        }
    }
}
