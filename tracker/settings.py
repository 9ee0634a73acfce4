"""Where things are and what is switched on: `TRACKER_*` from the environment or from `.env` beside the data.

The keys of platforms are no settings of their own: a source names what it needs, and `credentials` looks for that.
"""

import re
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any, Literal

import platformdirs
from pydantic import Field, SecretStr, ValidationError, create_model
from pydantic_settings import BaseSettings, SettingsConfigDict

from tracker.errors import ConfigError

ROOT = Path(__file__).resolve().parent.parent


PREFIX = "TRACKER_"
_SECRET = re.compile(r"(TOKEN|SECRET|KEY|PASSWORD)$")
_SHORTEST_SECRET = 8


class Settings(BaseSettings):
    """Every setting with its default; each stands in `.env.example`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=ROOT / ".env", env_file_encoding="utf-8", extra="ignore"
    )

    home: Path = Path(platformdirs.user_data_dir("influence-tracker", appauthor=False))
    record_url: str | None = None
    lake_url: str | None = None
    analysis_url: str = "duckdb://"
    seeds: Path = ROOT / "seeds"
    port: int = 8501
    listen: str = "127.0.0.1"
    public_url: str | None = None
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: SecretStr | None = None
    contact: str = "whoever runs this tracker"
    max_line_bytes: int = 10_000_000
    max_unpacked_ratio: int = 200
    daily_questions: dict[str, int] = {}
    ad_countries: str = ""
    ad_days: int = Field(30, ge=1, le=366)
    watch: bool = True
    smtp_host: str | None = None
    smtp_port: int = Field(587, ge=1, le=65535)
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_from: str | None = None
    webhook_secret: SecretStr | None = None
    languages: str = "ar,de,en,es,fa,fr,hi,id,it,ja,ko,nl,pl,pt,ru,sw,th,tr,uk,ur,vi,zh"

    @property
    def record(self) -> str:
        """The SQLAlchemy URL of the record: SQLite under `home` unless `TRACKER_RECORD_URL` says otherwise."""
        return self.record_url or f"sqlite:///{self.home / 'record.db'}"

    @property
    def countries(self) -> tuple[str, ...]:
        """The countries that repositories are asked about which give out one at a time; raise `ConfigError` for another form."""
        found = tuple(
            dict.fromkeys(word.strip().upper() for word in self.ad_countries.split(",") if word.strip())
        )
        if wrong := [word for word in found if not re.fullmatch(r"[A-Z]{2}", word)]:
            raise ConfigError(f"TRACKER_AD_COUNTRIES: {wrong[0][:40]!r}; expected two letters each, as FR,DE")
        return found

    @property
    def language_codes(self) -> tuple[str, ...]:
        """The languages that texts are told apart in, in order; none turns detection off."""
        words = {word.strip().lower() for word in self.languages.split(",")}
        return tuple(sorted(words - {""}))

    @property
    def lake(self) -> Path:
        """The folder of the Parquet mirror; raise `ConfigError` for an address, which is not supported yet."""
        if self.lake_url and "://" in self.lake_url:
            raise ConfigError("TRACKER_LAKE_URL names a folder; object stores are not supported yet")
        return Path(self.lake_url) if self.lake_url else self.home / "lake"

    @property
    def reports(self) -> Path:
        """Where the weekly reports are written."""
        return self.home / "reports"


def load(**overrides: object) -> Settings:
    """Read the settings; raise `ConfigError` that names the variable and what is wrong with it."""
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        problems = "; ".join(
            f"TRACKER_{'_'.join(str(part) for part in item['loc']).upper()}: {item['msg']}"
            for item in error.errors()
        )
        raise ConfigError(problems) from error


class _Keys(BaseSettings):
    model_config = Settings.model_config


def credentials(names: Iterable[str]) -> dict[str, str]:
    """Return the values that are set for names such as `META_TOKEN`, from `TRACKER_META_TOKEN` or `.env`.

    Raises `ConfigError` that names the variable, and never its value, for one that cannot be sent in a header.
    """
    wanted = tuple(name.lower() for name in names)
    if not wanted:
        return {}
    found = _model_of(wanted)(_env_file=Settings.model_config["env_file"])
    held = {name.upper(): getattr(found, name).get_secret_value().strip() for name in wanted}
    return {name: _usable(name, value) for name, value in held.items() if value}


@cache
def _model_of(names: tuple[str, ...]) -> Callable[..., BaseSettings]:
    """Return what reads these names from the environment; making it takes longer than reading."""
    fields: dict[str, Any] = {name: (SecretStr, SecretStr("")) for name in names}
    return create_model("Credentials", __base__=_Keys, **fields)


def is_secret(name: str) -> bool:
    """Say whether a credential must never be kept or shown; a project's or an operation's id may be."""
    return _SECRET.search(name) is not None


def _usable(name: str, value: str) -> str:
    if not re.fullmatch(r"[\x20-\x7e]+", value) or (is_secret(name) and " " in value):
        raise ConfigError(f"{PREFIX}{name}: holds a blank or a character outside ASCII")
    if is_secret(name) and len(value) < _SHORTEST_SECRET:
        raise ConfigError(f"{PREFIX}{name}: too short; a key has at least {_SHORTEST_SECRET} characters")
    return value
