package metaservice.settings;

import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Whose temporary credentials clients get, and where from.
 *
 * @param arn the role
 * @param region AWS region of the token service
 * @param endpoint address of the token service; empty for the region's own
 */
public record TokenSettings(String arn, String region, Optional<URI> endpoint) {

    private static final Pattern ROLE = Pattern.compile("arn:[^:]+:iam::[^:]*:role/.+");
    private static final Pattern REGION = Pattern.compile("[a-z0-9-]+");
    private static final Pattern ENDPOINT = Pattern.compile("https?://[^/?#\\s]+/?");

    /**
     * Reads the environment; without a role the other variables do not matter.
     *
     * @throws InvalidConfigException with all problems at once, each naming its variable and what was expected
     */
    public static Optional<TokenSettings> fromEnvironment(Map<String, String> environment) {
        Environment reader = new Environment(environment);
        if (reader.given(Setting.IAM_ROLE).isEmpty()) {
            return Optional.empty();
        }
        TokenSettings settings = new TokenSettings(
                checked(reader, Setting.IAM_ROLE, ROLE, "an ARN such as arn:aws:iam::123456789012:role/name")
                        .orElse(""),
                reader.text(Setting.STS_REGION, REGION, "a region such as us-west-2"),
                checked(reader, Setting.STS_ENDPOINT, ENDPOINT, "an address such as https://sts.example")
                        .map(URI::create));
        reader.check();
        return Optional.of(settings);
    }

    private static Optional<String> checked(Environment reader, Setting setting, Pattern form, String expected) {
        Optional<String> value = reader.given(setting);
        value.filter(text -> !form.matcher(text).matches()).ifPresent(text -> reader.wrong(setting, text, expected));
        return value.filter(text -> form.matcher(text).matches());
    }
}
