"""What can go wrong, grouped by what to do next.

TrackerError
├── ConfigError       stop: a setting or the store is not usable; a person fixes it
├── BadInput          stop this file or form: the words say what was found and where; nothing of it was kept
│   └── SeedError     stop: a seed file contradicts itself or the policy
├── RetryLater        wait: throttled, locked, or not answering
├── PlatformChanged   skip: the answer has a new form; its evidence is kept
├── AddressRefused    skip: an address leads where no source may ask; nothing was sent
│   └── RobotsRefused skip: the site asks robots to leave the address alone; nothing was sent
└── NotAllowed        stop: the role of the person does not allow it; nothing was done
"""


class TrackerError(Exception):
    """The root of every error that the product raises on purpose."""


class ConfigError(TrackerError):
    """A setting, a path or the store cannot be used as it is."""


class BadInput(TrackerError):
    """A file, a row or a form field is not what was asked for.

    The message reads `FILE, line N, field F: what was found; what was expected`, as far as each is known.
    """

    def __init__(
        self, found: str, *, file: str | None = None, line: int | None = None, field: str | None = None
    ):
        place = [
            part
            for part in (file, f"line {line}" if line else None, f"field {field!r}" if field else None)
            if part
        ]
        super().__init__(f"{', '.join(place)}: {found}" if place else found)
        self.found, self.file, self.line, self.field = found, file, line, field


class SeedError(BadInput):
    """A seed file has a duplicate, a dangling reference, or a claim without a document."""


class RetryLater(TrackerError):
    """The other side, or another process here, asks us to wait."""


class PlatformChanged(TrackerError):
    """An answer does not have the documented form: `source: field 'x' is str, expected int`."""


class AddressRefused(TrackerError):
    """An address is not one that its source names, or leads into a private network; nothing was sent."""


class RobotsRefused(AddressRefused):
    """A site's robots.txt asks us to leave an address alone; it was not asked."""


class NotAllowed(TrackerError):
    """Somebody asked for what their role does not allow; nothing was done."""
