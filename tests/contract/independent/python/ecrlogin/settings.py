"""The usual settings of AWS clients: environment variables and the files in ~/.aws."""

import os

from .errors import ClientError, clean, keep_secret


def parse_ini(text):
    """Parses a file of AWS: {section: {key: value, or {nested key: value}}}."""
    sections, current, key = {}, None, None
    for line in text.splitlines():
        stripped = line.strip()
        if not stripped or stripped[0] in "#;":
            continue
        if stripped[0] == "[":
            name = stripped[1:].partition("]")[0]
            current, key = sections.setdefault(" ".join(name.split()), {}), None
            continue
        if current is None:
            continue
        name, mark, value = stripped.partition("=")
        name = name.strip().lower()
        for comment in (" #", " ;", "\t#", "\t;"):
            value = value.partition(comment)[0]
        value = value.strip()
        if line[0] in " \t" and key is not None:
            # An indented line belongs to the key above, which has no value itself.
            if mark and not isinstance(current[key], str):
                current[key][name] = value
            elif mark and current[key] == "":
                current[key] = {name: value}
            continue
        if mark:
            key = name
            current[key] = value
    return sections


class Settings:
    def __init__(self, env=None):
        self.env = dict(os.environ if env is None else env)
        self.profile_name = self.env.get("AWS_PROFILE") or self.env.get("AWS_DEFAULT_PROFILE") or "default"
        self._files = None

    def path(self, variable, default):
        return os.path.expanduser(self.env.get(variable) or default)

    def file_paths(self):
        return (self.path("AWS_CONFIG_FILE", "~/.aws/config"),
                self.path("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"))

    def _load(self):
        if self._files is None:
            files = []
            for path in self.file_paths():
                try:
                    with open(path, encoding="utf-8") as file:
                        files.append(parse_ini(file.read()))
                except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
                    files.append({})
                except (OSError, UnicodeDecodeError) as error:
                    why = getattr(error, "strerror", None) or "it is not in UTF-8"
                    raise ClientError(f"{clean(path)} cannot be read: {why}") from None
            self._files = files
        return self._files

    def profile(self, name=None):
        """Returns the members of a profile. The credentials file takes precedence."""
        name = name or self.profile_name
        config, credentials = self._load()
        found = [section for section in (config.get(f"profile {name}"),
                                         config.get(name) if name == "default" else None,
                                         credentials.get(name)) if section is not None]
        if not found and name != "default":
            raise ClientError(f"the profile {clean(name)} does not exist in {' or '.join(self.file_paths())}")
        merged = {}
        for section in found:
            merged.update(section)
        keep_secret(merged.get("aws_secret_access_key"), merged.get("aws_session_token"))
        return merged

    def get(self, variable, key=None):
        """Returns the value of a variable, else of a key of the profile, else None."""
        value = self.env.get(variable)
        if not value and key:
            value = self.profile().get(key)
        return value if isinstance(value, str) and value else None

    def flag(self, variable, key=None):
        value = self.get(variable, key)
        if value is not None and value.lower() not in ("true", "false"):
            raise ClientError(f"{variable}: {clean(value, 40)} is neither true nor false")
        return value is not None and value.lower() == "true"

    def region(self):
        return self.get("AWS_REGION") or self.get("AWS_DEFAULT_REGION", "region")

    def ca_bundle(self):
        return self.get("AWS_CA_BUNDLE", "ca_bundle")

    def attempts(self, default):
        value = self.get("AWS_MAX_ATTEMPTS", "max_attempts")
        if value is None:
            return default
        if not (value.isascii() and value.isdigit() and 0 < int(value) < 1000):
            raise ClientError(f"AWS_MAX_ATTEMPTS: {clean(value, 40)} is not a positive number")
        return int(value)

    def endpoint(self, service):
        """Returns the configured endpoint of a service, such as `ecr`, or None."""
        if self.flag("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls"):
            return None
        value = self.env.get(f"AWS_ENDPOINT_URL_{service.upper()}") or self.env.get("AWS_ENDPOINT_URL")
        if value:
            return value
        profile = self.profile()
        services = profile.get("services")
        if isinstance(services, str) and services:
            section = self._load()[0].get(f"services {services}", {}).get(service)
            if isinstance(section, dict) and section.get("endpoint_url"):
                return section["endpoint_url"]
        value = profile.get("endpoint_url")
        return value if isinstance(value, str) and value else None
