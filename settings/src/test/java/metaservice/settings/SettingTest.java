package metaservice.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SettingTest {

    /** The defaults listed by {@code --help} are the effective defaults. */
    @Test
    void defaultsInTheHelpAreEffective() {
        Map<String, String> defaults = Stream.concat(Setting.LAUNCHER.stream(), Setting.DATABASE.stream())
                .filter(setting -> setting.defaultValue().isPresent())
                .collect(Collectors.toMap(
                        Setting::name, setting -> setting.defaultValue().orElseThrow()));
        assertEquals(LauncherConfig.fromEnvironment(Map.of()), LauncherConfig.fromEnvironment(defaults));
        assertEquals(DatabaseConfig.fromEnvironment(Map.of()), DatabaseConfig.fromEnvironment(defaults));
    }
}
