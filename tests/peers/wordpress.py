"""A real WordPress on SQLite, on loopback: a news site whose editor publishes, rewrites, withdraws and deletes.

    with running(folder) as site:
        number = site.publish("Bridge opens", "<p>At last.</p>", at="2026-09-30T08:00:00")

It believes that its name is `news.example.org`, and that is how the client of the product asks it.
"""

import base64
import json
import os
import shutil
import socket
import subprocess
import threading
import zipfile
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

HOST = "news.example.org"
PACKAGE = Path(__file__).parents[2] / ".venv" / "peers" / "wordpress"
CONFIG = """<?php
foreach (['NAME', 'USER', 'PASSWORD', 'HOST', 'COLLATE'] as $key) define("DB_$key", '');
define('DB_CHARSET', 'utf8mb4');
define('DB_DIR', __DIR__ . '/wp-content/database/'); define('DB_FILE', '.ht.sqlite');
foreach (['AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE'] as $key) {
  define("{$key}_KEY", "of the tests $key"); define("{$key}_SALT", "of the tests too $key");
}
define('WP_HOME', 'http://news.example.org'); define('WP_SITEURL', 'http://news.example.org');
define('WP_ENVIRONMENT_TYPE', 'local'); define('WP_HTTP_BLOCK_EXTERNAL', true);
define('AUTOMATIC_UPDATER_DISABLED', true); define('DISABLE_WP_CRON', true); define('WP_DEBUG', false);
$table_prefix = 'wp_';
if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
"""
ROUTER = """<?php
$file = $_SERVER['DOCUMENT_ROOT'] . parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if (is_file($file)) return false;
$_SERVER['SCRIPT_NAME'] = '/index.php';
require $_SERVER['DOCUMENT_ROOT'] . '/index.php';
"""
PREPARE = """<?php
$_SERVER['HTTP_HOST'] = 'news.example.org';
require __DIR__ . '/site/wp-load.php';
update_option('blogname', 'River Province Daily'); update_option('blogdescription', 'News from the river');
update_option('permalink_structure', '/%year%/%monthnum%/%day%/%postname%/');
global $wp_rewrite; $wp_rewrite->init(); $wp_rewrite->flush_rules(false);
wp_delete_post(1, true);
[$password] = WP_Application_Passwords::create_new_application_password(1, ['name' => 'tests']);
echo get_userdata(1)->user_login . ':' . $password;
"""
HOUSE = """<?php
add_filter('wp_insert_post_data', function ($data) {
  $clock = ABSPATH . 'clock';
  if (!file_exists($clock)) return $data;
  $data['post_modified'] = $data['post_modified_gmt'] = file_get_contents($clock);
  return $data;
});
add_filter('rest_authentication_errors', function ($found) {
  if ($found !== null || is_user_logged_in() || !file_exists(ABSPATH . 'closed')) return $found;
  return new WP_Error('rest_not_logged_in', 'You are not currently logged in.', ['status' => 401]);
});
"""
"""What the site does on its own: its clock stands where a file `clock` says, and while a file `closed` stands there nobody
but its editors may use the interface."""


@dataclass(frozen=True, slots=True)
class Newspaper:
    """A site that runs: where it answers, where its files are, and who may write."""

    port: int
    folder: Path
    editor: str

    def publish(self, title: str, content: str, *, at: str, **more: object) -> int:
        """Publish a post as of a time (UTC) and return its number."""
        asked = {"title": title, "content": content, "date_gmt": at, "status": "publish", **more}
        return int(self._ask("POST", "posts", asked)["id"])

    def change(self, number: int, **fields: object) -> None:
        """Change a post: its content, or its status to `draft`."""
        self._ask("POST", f"posts/{number}", fields)

    def set_clock(self, time: str) -> None:
        """Let everything that is changed from now on be changed at a time (UTC), `2026-09-30 08:00:00`."""
        (self.folder / "site" / "clock").write_text(time)

    def bin(self, number: int) -> None:
        """Put a post into the bin."""
        self._ask("DELETE", f"posts/{number}", {})

    def delete(self, number: int) -> None:
        """Delete a post for good."""
        self._ask("DELETE", f"posts/{number}?force=true", {})

    def close_interface(self, closed: bool = True) -> None:
        """Let nobody but the editors use the interface, or everybody again."""
        mark = self.folder / "site" / "closed"
        mark.touch() if closed else mark.unlink(missing_ok=True)

    def _ask(self, method: str, path: str, fields: object) -> Any:
        request = Request(
            f"http://127.0.0.1:{self.port}/wp-json/wp/v2/{path}",
            data=json.dumps(fields).encode(),
            method=method,
            headers={
                "Authorization": f"Basic {base64.b64encode(self.editor.encode()).decode()}",
                "Content-Type": "application/json",
                "Host": HOST,
            },
        )
        with urlopen(request, timeout=30) as answer:
            return json.load(answer)


@contextmanager
def running(folder: Path) -> Iterator[Newspaper]:
    """Run a fresh site in a folder; without PHP or the package the test is skipped with the reason, but not in CI."""
    if (reason := _missing()) is not None:
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    site = _unpacked(folder)
    (folder / "prepare.php").write_text(PREPARE)
    prepared = subprocess.run(
        ["php", str(folder / "prepare.php")], capture_output=True, text=True, check=True, timeout=120
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = ["php", "-S", f"127.0.0.1:{port}", "-t", str(site), str(folder / "router.php")]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    said = server.stderr
    assert said is not None
    reader = threading.Thread(target=deque, args=(said, 0), daemon=True)
    try:
        if not any("started" in line for line in said):
            pytest.fail("PHP did not start")
        reader.start()
        yield Newspaper(port, folder, prepared.stdout.strip().splitlines()[-1])
    finally:
        server.terminate()
        server.wait(20)
        if reader.is_alive():
            reader.join(20)
        said.close()


def _missing() -> str | None:
    """Return why there can be no site here."""
    if shutil.which("php") is None:
        return "no WordPress here: install php-cli php-sqlite3 php-xml php-mbstring, then run ./test"
    if not PACKAGE.is_dir():
        return "no WordPress here: install npm, then run ./test, which fetches it"
    asked = ["php", "-r", 'exit((int) !extension_loaded("sqlite3"));']
    return (
        "PHP has no SQLite here: install php-sqlite3"
        if subprocess.run(asked, check=False).returncode
        else None
    )


def _unpacked(folder: Path) -> Path:
    site = folder / "site"
    with zipfile.ZipFile(PACKAGE / "wordpress" / "wp-6.5.zip") as archive:
        archive.extractall(site)
    plugins = site / "wp-content" / "mu-plugins"
    with zipfile.ZipFile(
        PACKAGE / "sqlite-database-integration" / "sqlite-database-integration.zip"
    ) as archive:
        archive.extractall(plugins)
    plugin = plugins / "sqlite-database-integration"
    (plugins / "sqlite-database-integration-main").rename(plugin)
    driver = (plugin / "db.copy").read_text()
    driver = driver.replace("{SQLITE_IMPLEMENTATION_FOLDER_PATH}", str(plugin))
    driver = driver.replace("{SQLITE_PLUGIN}", "sqlite-database-integration/load.php")
    (site / "wp-content" / "db.php").write_text(driver)
    (plugins / "house.php").write_text(HOUSE)
    (site / "wp-config.php").write_text(CONFIG)
    (folder / "router.php").write_text(ROUTER)
    return site
