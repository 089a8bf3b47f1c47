"""What besides content decides how a page looks: code, templates, static files and settings, as one short word."""

import hashlib
import os
from pathlib import Path

from django.conf import settings

PARTS = ("cosma", "treatments", "enquiries", "templates")
SETTINGS = (
    *("SITE_URL", "STAGING", "INDEX_UNREVIEWED", "CONTENT_SECURITY_POLICY", "MEDIA_URL"),
    *("CLINICAL_REVIEW_DAYS", "REGULATION_REVIEW_DAYS", "PRICE_REVIEW_DAYS"),
)


def release() -> str:
    """Differs after a deployment, so that no page from before it passes for new."""
    files = [Path(settings.STATIC_ROOT) / "staticfiles.json"]
    for part in PARTS:
        files += (path for path in (settings.BASE_DIR / part).rglob("*") if path.suffix in (".py", ".html", ".svg"))
    seen = [repr(getattr(settings, name, None)) for name in SETTINGS]
    seen += [f"{path} {state(path)}" for path in sorted(files)]
    return digest(seen)[:12]


def digest(seen: list[str]) -> str:
    """A folder's name may hold bytes that are no text."""
    return hashlib.sha256(os.fsencode("\n".join(seen))).hexdigest()


def state(path: Path) -> str:
    try:
        stat = path.stat()
    except OSError:
        return "missing"
    return f"{stat.st_size} {stat.st_mtime_ns}"
