"""The WSGI application before Django: gives stored pages, has others rendered, and lets the rest through."""

import logging
import time
from collections.abc import Callable
from typing import NamedTuple

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from cosma import pagestore, storedpage
from cosma.gate import Gate
from cosma.housekeeper import Housekeeper
from cosma.livefiles import LiveFiles
from cosma.memory import Memory
from cosma.pagefiles import SAFE, PageFiles
from cosma.pagestore import Ticket, rules_of, with_parameters
from cosma.release import release
from cosma.rendering import Answer, call, may_be_kept, request_for
from cosma.stamps import Stamps
from cosma.storedpage import Headers, Page

logger = logging.getLogger(__name__)

READING = ("GET", "HEAD")
FIRST_LOOK = 2.0
"""How long the first requests of a worker wait until it has read the stamps."""
RENDERING = 5.0
"""How long a request waits for another that renders the same page."""


def in_front_of(django: Callable) -> "PageStore":
    store = PageStore(django, PageFiles(settings.VAR_DIR / "pages", settings.PAGES_DISK_MB * 2**20))
    store.start()
    pagestore.running = store
    return store


class PageStore:
    def __init__(self, django: Callable, files: PageFiles):
        self.django, self.files = django, files
        self.memory = Memory(settings.PAGES_MEMORY_MB * 2**20)
        self.release = release()
        self.housekeeper = Housekeeper(self)
        self.live = LiveFiles(files.live, self.release)
        self.stamps = Stamps(on_move=self.housekeeper.moved, after_look=self.lead_nginx)
        self.hosts: set[str] = {settings.SITE.netloc}
        self.elsewhere = (settings.STATIC_URL, *settings.STAFF_PREFIXES)
        self.gate = Gate(django)
        self.started = time.monotonic()

    def start(self) -> None:
        self.stamps.start()
        self.housekeeper.start()

    def __call__(self, environ: dict, start_response):
        page = self.memory.pages.get(environ["PATH_INFO"])
        if (
            page is not None
            and not environ.get("QUERY_STRING")
            and environ["REQUEST_METHOD"] in READING
            and environ.get("HTTP_HOST") in self.hosts
            and time.monotonic() < self.stamps.trusted_until
            and self.is_fresh(page)
        ):
            page.used = True
            if page.given_in != self.live.current:
                self.give_to_nginx(page)
            return page.answer(environ, start_response)
        return self.slowly(environ, start_response)

    def lead_nginx(self) -> None:
        """Where one of our own proxies stands in front."""
        if settings.TRUSTED_PROXIES:
            self.live.leave() if self.stamps.blind else self.live.lead(self.stamps.latest)

    def give_to_nginx(self, page: Page) -> None:
        """Not before somebody asks for it again: most pages are read rarely."""
        if page.asked_in == self.live.current:
            page.given_in = page.asked_in
            self.housekeeper.add("give", page.key)
        page.asked_in = self.live.current

    def slowly(self, environ: dict, start_response):
        try:
            answer = self.find(environ)
        except Exception:
            logger.exception("The page store failed")
            answer = None
        return (answer or self.pass_on)(environ, start_response)

    def find(self, environ: dict) -> Callable | None:
        key = self.key(environ)
        if key is None:
            return None
        answer = self.answer_for(key)
        # A redirect says the whole query back, which the request of our own did not have.
        return None if isinstance(answer, Answer) and environ.get("QUERY_STRING") else answer.answer if answer else None

    def answer_for(self, key: str) -> "Page | Aged | Answer | None":
        """A page, or what Django answered instead; nothing if there is neither."""
        self.stamps.first_answer.wait(max(0, self.started + FIRST_LOOK - time.monotonic()))
        page = self.held(key)
        if self.stamps.blind:
            return page and self.aged(page)
        if page and self.is_fresh(page):
            return page
        answer = self.render(key)
        return self.aged(page) if page and (answer is None or getattr(answer, "failed", False)) else answer

    def render(self, key: str) -> Page | Answer | None:
        with self.files.lock(key, RENDERING) as mine:
            page = self.held(key)
            if page and self.is_fresh(page):
                return page
            if not mine:
                return None
            answer = self.ask_django(key, page)
            if isinstance(answer, Page):
                self.keep(answer)
            elif not answer.failed:
                self.memory.drop(key)
                self.files.remove(key)
            return answer

    def held(self, key: str) -> Page | None:
        """From memory, or from disk where another worker may have left a newer one."""
        page = self.memory.get(key)
        if page and (self.stamps.blind or self.is_fresh(page)):
            return page
        stored = self.files.read(key)
        if stored and (page is None or (stored.as_of, stored.best) > (page.as_of, page.best)):
            self.memory.put(stored)
            self.housekeeper.improve(stored)
            return stored
        return page

    def refresh(self, key: str) -> None:
        """Renders a page that has grown old, or learns from disk that another worker did."""
        if SAFE.fullmatch(key) and rules_of(key.partition("?")[0]):
            answer = self.answer_for(key)
            if isinstance(answer, Answer) and not answer.failed:
                self.files.remove_below(key)

    def is_fresh(self, page: Page) -> bool:
        generation = self.stamps.generation
        if page.generation != generation:
            if page.release != self.release or not self.is_current(page):
                return False
            page.generation = generation
        return time.time() < page.expires

    def is_current(self, page: Page) -> bool:
        if page.everything:
            return self.stamps.latest <= page.as_of
        return self.stamps.unmoved(page.depends_on, page.as_of)

    def keep(self, page: Page) -> None:
        self.memory.put(page)
        self.files.write(page)
        self.housekeeper.improve(page)

    def aged(self, page: Page) -> "Aged":
        since = max(page.rendered, self.stamps.seen_at)
        return Aged(page, [("Age", str(max(0, int(time.time() - since)))), ("Cache-Status", "pages; hit; detail=old")])

    # From a request to the address of a page

    def key(self, environ: dict) -> str | None:
        """The one address under which a page is kept; nothing for what is not a public page."""
        path = environ["PATH_INFO"]
        if environ["REQUEST_METHOD"] not in READING or path.startswith(self.elsewhere) or not SAFE.fullmatch(path):
            return None
        if not self.is_ours(environ.get("HTTP_HOST", "")):
            return None
        rules = rules_of(path)
        return with_parameters(path, environ.get("QUERY_STRING", ""), rules) if rules else None

    def is_ours(self, host: str) -> bool:
        if host not in self.hosts:
            if not validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS):
                return False
            if len(self.hosts) < 64:
                self.hosts.add(host)
        return True

    # Through to Django

    def ask_django(self, key: str, old: Page | None) -> Page | Answer:
        ticket, as_of, began = Ticket(), self.stamps.latest, time.time()
        answer = call(self.django, request_for(key, ticket))
        if not (ticket.public and may_be_kept(answer)):
            return answer
        headers = [pair for pair in answer.headers if pair[0].lower() not in storedpage.OURS]
        rules = rules_of(key.partition("?")[0])
        notes = {
            "as_of": as_of,
            "release": self.release,
            "rendered": began,
            "until": ticket.until,
            "everything": bool(rules and rules.everything),
        }
        if old and (old.bodies["identity"], old.own_headers) == (answer.body, headers):
            return Page(key, old.bodies, headers, modified=old.modified, best=old.best, **notes)
        modified = storedpage.later_than(old)
        return Page(key, storedpage.quickly(answer.body), headers, modified=modified, **notes)

    def pass_on(self, environ: dict, start_response):
        reading = environ["REQUEST_METHOD"] in READING
        if (reading and not self.stamps.blind) or environ["PATH_INFO"].startswith(settings.STATIC_URL):
            return self.django(environ, start_response)
        return self.gate(environ, start_response)


class Aged(NamedTuple):
    page: Page
    marks: Headers

    def answer(self, environ, start_response) -> list[bytes]:
        return self.page.answer(environ, start_response, self.marks)
