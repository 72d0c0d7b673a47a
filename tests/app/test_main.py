import re

import pytest

from app.__main__ import main, unknown_variables
from app.settings import Settings


@pytest.mark.parametrize(
    ("options", "environment", "message"),
    [
        (["--maximum-files", "0"], {}, "--maximum-files (or LEGO_THEMER_MAXIMUM_FILES): Input should be greater"),
        (["--port", "70000"], {}, "--port (or LEGO_THEMER_PORT): Input should be less than or equal to 65535"),
        ([], {"LEGO_THEMER_PORT": "http"}, "--port (or LEGO_THEMER_PORT): Input should be a valid integer, not 'http'"),
        (["--port", "abc"], {}, "--port (or LEGO_THEMER_PORT): Input should be a valid integer, not 'abc'"),
        (["--timeout-seconds", "x"], {}, "--timeout-seconds (or LEGO_THEMER_TIMEOUT_SECONDS): Input should be a valid"),
        (["--root", "/none"], {}, "--root (or LEGO_THEMER_ROOT): there is no folder /none."),
        (["--root", __file__], {}, f"--root (or LEGO_THEMER_ROOT): there is no folder {__file__}."),
        ([], {"LEGO_THEMER_ROOT": "/none"}, "--root (or LEGO_THEMER_ROOT): there is no folder /none."),
        (["--host", ""], {}, "--host (or LEGO_THEMER_HOST): String should have at least 1 character"),
        (["--url-prefix", "themer"], {}, "--url-prefix (or LEGO_THEMER_URL_PREFIX): Expected a path"),
        (["--url-prefix", "/themer/"], {}, "--url-prefix (or LEGO_THEMER_URL_PREFIX): Expected a path"),
        (
            ["--allow-origin", "a.example"],
            {},
            "--allow-origin (or LEGO_THEMER_ALLOW_ORIGIN): Expected a list of origins",
        ),
        (["--allow-origin", "http://a.example/"], {}, "--allow-origin (or LEGO_THEMER_ALLOW_ORIGIN): Expected a list"),
        ([], {"LEGO_THEMER_CONTRIBUTIONS": "perhaps"}, "--contributions (or LEGO_THEMER_CONTRIBUTIONS): Input should"),
    ],
)
def test_invalid_settings_are_named(options, environment, message, monkeypatch):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit, match=re.escape(f"error: {message}")):
        main(options)


def test_a_variable_that_is_no_setting_is_named_with_the_one_that_was_meant():
    names = ["LEGO_THEMER_ALLOW_ORIGINS", "LEGO_THEMER_XYZ", "lego_themer_port", "LEGO_THEMER_DEVICE", "LEGO", "PATH"]
    meant = '(did you mean "LEGO_THEMER_ALLOW_ORIGIN"?)'
    assert unknown_variables(names) == [
        f"LEGO_THEMER_ALLOW_ORIGINS: there is no such setting {meant}, so it is ignored",
        "LEGO_THEMER_XYZ: there is no such setting, so it is ignored",
    ]


def test_options_override_the_environment(monkeypatch):
    monkeypatch.setenv("LEGO_THEMER_MAXIMUM_FILES", "3")
    assert Settings().maximum_files == 3 and Settings(maximum_files=4).maximum_files == 4
    assert Settings().contributions is False
