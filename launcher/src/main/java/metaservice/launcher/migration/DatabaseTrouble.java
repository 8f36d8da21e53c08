package metaservice.launcher.migration;

import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;

/** What a failure of the database means, and how to say it. */
public final class DatabaseTrouble {

    /** Going down, crashed, coming up, no such database, too many clients. */
    private static final Set<String> AWAY = Set.of("57P01", "57P02", "57P03", "3D000", "53300");

    /** The driver's word for it in every language. */
    private static final String HOST_VERIFIER = "PgjdbcHostnameVerifier";

    private DatabaseTrouble() {}

    /** Whether the database could not be reached or let nobody in, so that trying again later may help. */
    static boolean isAway(SQLException failure) {
        String state = failure.getSQLState();
        return state == null || state.startsWith("08") || state.startsWith("28") || AWAY.contains(state);
    }

    /** One sentence for operators: which database, and the first line of what it or the driver said. */
    public static String sentence(String database, SQLException failure) {
        Optional<GeneralSecurityException> mistrust = mistrust(failure);
        if (mistrust.isPresent()) {
            return "Database " + database + " shows a certificate that is not trusted ("
                    + firstLine(mistrust.get()) + "): MF_METADATA_DB_SSL_ROOT_CERT_PATH, or sslrootcert in a DSN, has"
                    + " to name the certificate of the authority that issued it.";
        }
        String said = firstLine(failure);
        if (said.contains(HOST_VERIFIER)) {
            return "Database " + database + " shows a certificate for another host: use the name in it as"
                    + " MF_METADATA_DB_HOST, or MF_METADATA_DB_SSL_MODE=verify-ca, which does not compare names.";
        }
        return "Database " + database + " does not answer: " + said + (said.endsWith(".") ? "" : ".");
    }

    private static String firstLine(Exception failure) {
        return String.valueOf(failure.getMessage())
                .lines()
                .findFirst()
                .orElse("")
                .strip();
    }

    /** The innermost reason why a certificate was not accepted. */
    private static Optional<GeneralSecurityException> mistrust(Exception failure) {
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
