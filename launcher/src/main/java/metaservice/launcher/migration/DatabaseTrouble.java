package metaservice.launcher.migration;

import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;

/** Classifies failures of the database and makes messages for operators. */
public final class DatabaseTrouble {

    /** admin_shutdown, crash_shutdown, cannot_connect_now, invalid_catalog_name, too_many_connections. */
    private static final Set<String> UNAVAILABLE = Set.of("57P01", "57P02", "57P03", "3D000", "53300");

    /** insufficient_privilege, invalid_schema_name: the database answers, and an operator has to change something. */
    private static final Set<String> UNUSABLE = Set.of("42501", "3F000");

    /** Part of the driver's message in every language. */
    private static final String HOST_VERIFIER = "PgjdbcHostnameVerifier";

    private DatabaseTrouble() {}

    /** Whether the database cannot be reached or accepts no connection, so that a retry may succeed. */
    static boolean isUnavailable(SQLException failure) {
        String state = failure.getSQLState();
        return state == null || state.startsWith("08") || state.startsWith("28") || UNAVAILABLE.contains(state);
    }

    /** One sentence for operators: the database, and the first line of the message of the server or the driver. */
    public static String sentence(String database, SQLException failure) {
        Optional<GeneralSecurityException> untrusted = untrusted(failure);
        if (untrusted.isPresent()) {
            return "Database " + database + " presents a certificate that is not trusted ("
                    + firstLine(untrusted.get()) + "): MF_METADATA_DB_SSL_ROOT_CERT_PATH, or sslrootcert in a DSN, has"
                    + " to name the certificate of the authority that issued it.";
        }
        String message = firstLine(failure);
        if (message.contains(HOST_VERIFIER)) {
            return "Database " + database
                    + " presents a certificate for another host name: use the name in the certificate as"
                    + " MF_METADATA_DB_HOST, or MF_METADATA_DB_SSL_MODE=verify-ca, which does not check the host name.";
        }
        String trouble =
                UNUSABLE.contains(String.valueOf(failure.getSQLState())) ? " cannot be used: " : " does not answer: ";
        return "Database " + database + trouble + message + (message.endsWith(".") ? "" : ".");
    }

    private static String firstLine(Exception failure) {
        return String.valueOf(failure.getMessage())
                .lines()
                .findFirst()
                .orElse("")
                .strip();
    }

    /** The innermost exception that says why a certificate was not accepted. */
    private static Optional<GeneralSecurityException> untrusted(Exception failure) {
        Optional<GeneralSecurityException> innermost = Optional.empty();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateException
                    || cause instanceof CertPathBuilderException
                    || cause instanceof CertPathValidatorException) {
                innermost = Optional.of((GeneralSecurityException) cause);
            }
        }
        return innermost;
    }
}
