package metaservice.tools;

import java.net.URI;
import java.net.URISyntaxException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Parses the address of a service and removes slashes at its end. */
final class BaseUrl implements ITypeConverter<URI> {

    @Override
    public URI convert(String text) {
        try {
            URI address = new URI(text.replaceAll("/+$", ""));
            boolean http = "http".equals(address.getScheme()) || "https".equals(address.getScheme());
            if (http && address.getHost() != null && address.getQuery() == null && address.getFragment() == null) {
                return address;
            }
        } catch (URISyntaxException e) {
            throw unexpected(text, e);
        }
        throw unexpected(text, null);
    }

    private static TypeConversionException unexpected(String text, URISyntaxException cause) {
        TypeConversionException refusal =
                new TypeConversionException("'" + text + "': expected an address such as http://localhost:8082");
        refusal.initCause(cause);
        return refusal;
    }
}
