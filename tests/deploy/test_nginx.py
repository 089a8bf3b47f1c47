"""`deploy/nginx.conf`, started as it is but for ports and folders."""

import re
import signal
import ssl
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.deploy.nodes import Nginx, tell, wait_until
from tests.deploy.readers import get
from tests.deploy.test_kills import policy
from tests.tools import BASE_DIR

PATH = "/treatments/mesotherapy/"
SECURITY = (
    "content-security-policy",
    "permissions-policy",
    "x-content-type-options",
    "x-frame-options",
    "referrer-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
)


def static_file(node) -> str:
    return re.search(r'href="(/static/css/[^"]+)"', get(node.port, PATH).body.decode())[1]


def test_answers_of_django_carry_each_header_once(node, nginx):
    ours, theirs = get(node.port, PATH), get(nginx.port, PATH)

    for name in SECURITY:
        assert theirs[name] == ours[name] or policy(theirs) == policy(ours), name
    assert theirs.body == ours.body and theirs["last-modified"] == ours["last-modified"]


def test_what_nginx_answers_itself_carries_the_same_headers(node, nginx):
    ours = get(node.port, PATH)
    static = get(nginx.port, static_file(node), accept_encoding="gzip")
    large = get(nginx.port, "/enquire/", method="POST", body=b"x" * 2_000_000)

    assert static.status == 200 and static["content-encoding"] == "gzip"
    assert static["cache-control"] == "public, max-age=31536000, immutable"
    assert large.status == 413
    for answer in (static, large):
        for name in SECURITY[1:]:
            assert answer[name] == ours[name], name
        assert policy(answer) == policy(ours)


def test_who_refuses_an_encoding_or_knows_another_gets_plain_text(nginx):
    headers = ("br;q=0.", "br;q=0.000", "gzip;q=0, br;q=0", "x-br", "br-x", "gzipped")

    assert [get(nginx.port, PATH, accept_encoding=one)["content-encoding"] for one in headers] == [""] * len(headers)
    assert get(nginx.port, PATH, accept_encoding="deflate, BR;q=0.9, gzip ;q=1")["content-encoding"] == "br"


def test_only_published_pages_are_kept(nginx):
    for path in ("/healthz", "/enquire/", "/admin/login/", "/nothing/"):
        assert {get(nginx.port, path)["etag"] for _ in range(2)} == {""}


def test_tracking_parameters_share_the_page(nginx):
    assert get(nginx.port, f"{PATH}?utm_source=x").body == get(nginx.port, PATH).body
    assert get(nginx.port, "/treatments/?page=2").body != get(nginx.port, "/treatments/").body
    assert get(nginx.port, "/treatments/?page=evil").status == 404
    assert get(nginx.port, "/treatments/").status == 200
    assert get(nginx.port, "/treatments/?concern=fine-lines").body != get(nginx.port, "/treatments/").body
    assert get(nginx.port, "/treatments/?concern=evil").status == 404
    assert get(nginx.port, f"{PATH}?concern=fine-lines").body == get(nginx.port, PATH).body
    assert b"kojic" in get(nginx.port, "/search/?q=kojic").body
    assert b"kojic" not in get(nginx.port, "/search/?q=laser").body


def time_of_a_crowd(node, nginx, path: str) -> float:
    """Seconds until each of ten readers has the page, when all ask for it while our server stands still."""
    began = time.monotonic()
    for pid in node.workers():
        tell(pid, signal.SIGSTOP)
    with ThreadPoolExecutor(10) as pool:
        answers = [pool.submit(get, nginx.port, path) for _ in range(10)]
        time.sleep(0.1)
        for pid in node.workers():
            tell(pid, signal.SIGCONT)
        assert {answer.result().status for answer in answers} == {404}
    return time.monotonic() - began


def test_a_crowd_does_not_wait_for_one_reader(node, nginx):
    # Left to itself, nginx lets all but one wait for half a second.
    assert min(time_of_a_crowd(node, nginx, f"/nothing/{number}/") for number in range(4)) < 0.45


def test_forms_are_limited_and_reading_is_not(nginx):
    # Refused by our server at once, so that nothing is stored.
    sent = [get(nginx.port, "/enquire/", method="POST", body="x=1") for _ in range(30)]
    read = [get(nginx.port, "/enquire/").status for _ in range(30)]

    assert 429 not in read
    assert sent[-1].status == 429 and b"Go back: what you wrote is still there." in sent[-1].body
    # Many patients share the address of a mobile company.
    assert [answer.status for answer in sent[:15]] == [415] * 15


def test_neither_log_holds_a_review_token_a_query_or_a_whole_address(nginx):
    get(nginx.port, "/review/a-secret-token/?also=secret")
    get(nginx.port, "/search/?q=my-own-illness")
    get(nginx.port, "/about/?q=my-own-illness")
    get(nginx.port, "/nothing/of/the/kind/?q=my-own-illness")
    nginx.server.send_signal(signal.SIGUSR1)  # opens the logs anew, and writes what it had kept back

    def logged() -> str:
        return "".join(path.read_text() for path in nginx.folder.glob("*.log"))

    wait_until(lambda: "/nothing/of/the/kind/" in logged(), 10, "nothing was logged")
    assert "127.0.0.0" in logged()
    assert not re.search(r"a-secret-token|my-own-illness|127\.0\.0\.1 ", logged())


def test_clients_cannot_choose_their_address(nginx):
    """The sender's limit goes by the connection, so ever new addresses in a header do not lift it."""
    sent = [
        get(nginx.port, "/enquire/", method="POST", body="x=1", x_forwarded_for=f"10.0.0.{number}").status
        for number in range(30)
    ]

    assert 429 in sent


@pytest.fixture(scope="module")
def tls(node, folder):
    nginx = Nginx(folder / "tls", node.port, folder / "first" / "var", tls=True).start()
    yield nginx
    nginx.stop()


def test_tls_answers_for_its_own_name_alone(tls):
    context = ssl.create_default_context(cafile=tls.folder / "fullchain.pem")
    context.check_hostname = False
    curl = ["curl", "--silent", "--cacert", tls.folder / "fullchain.pem", "-o", "/dev/null", "-w", "%{http_code}"]

    def fetch(name: str, *more: str) -> str:
        resolve = ["--resolve", f"{name}:{tls.port}:127.0.0.1", *more]
        done = subprocess.run([*curl, *resolve, f"https://{name}:{tls.port}/healthz"], capture_output=True, text=True)
        return done.stdout

    # The site itself runs on a loopback address here, so it refuses the name: it was asked, over TLS.
    assert fetch("example.org") == "400"
    assert fetch("evil.example") == "000"
    assert fetch("example.org", "--header", "Host: evil.example") == "000"


def test_units_are_sound():
    """systemd's own check, where there is one; programs of this machine's are not where they will be."""
    import shutil

    units = sorted(path for path in (BASE_DIR / "deploy").iterdir() if path.suffix in (".service", ".timer"))
    assert units
    if analyze := shutil.which("systemd-analyze"):
        done = subprocess.run([analyze, "verify", *units], capture_output=True, text=True)
        said = [
            line for line in done.stderr.splitlines() if "not executable" not in line and "No such file" not in line
        ]
        assert not [line for line in said if "cosma" in line], said
