"""Where things are and what is switched on: `TRACKER_*` from the environment or from `.env` beside the data."""

from pathlib import Path

import platformdirs
from pydantic import SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from tracker.errors import ConfigError

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Every setting with its default; each stands in `.env.example`."""

    model_config = SettingsConfigDict(
        env_prefix="TRACKER_", env_file=ROOT / ".env", env_file_encoding="utf-8", extra="ignore"
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

    @property
    def record(self) -> str:
        """The SQLAlchemy URL of the record: SQLite under `home` unless `TRACKER_RECORD_URL` says otherwise."""
        return self.record_url or f"sqlite:///{self.home / 'record.db'}"

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
