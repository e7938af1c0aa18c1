"""The fixtures of pytest for tests of plugins."""

pytest_plugins = ["pytester"]
