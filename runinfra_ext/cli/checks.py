"""What ``doctor`` looks at, and what it makes of it.

Each check is one step of the way of a request. What the SDK can tell (an error's class, its
``reason``) is taken from a call of the SDK itself, so that the doctor sees what a program would.
The probe of the network adds the numbers: addresses, times, the certificate's days.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Mapping
from importlib import metadata
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple
from urllib.parse import urlsplit

from .. import errors as e
from .._call.options import API_KEY_VARIABLE
from .._ground.redaction import escaped
from .._version import __version__
from . import advice
from .failures import KEY, OK, REFUSED, USAGE, code_of
from .session import Session

if TYPE_CHECKING:
    from .._answer.completions import ChatCompletion
    from .._http.probe import Findings
    from .._sync.client import RunInfra

State = Literal["ok", "warn", "fail", "skip"]

_LIBRARIES: Final = ("urllib3", "aiohttp", "httpx", "certifi", "typer")
_VARIABLES: Final = (
    "RUNINFRA_API_KEY",
    "RUNINFRA_BASE_URL",
    "RUNINFRA_PIPELINE_ID",
    "RUNINFRA_MODEL",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
)
_SHORT_KEY: Final = 24  # characters; of a shorter one even four would be too many to show
_PROBE_SECONDS: Final = 10.0


class Check(NamedTuple):
    """One thing that was looked at.

    Attributes:
        name: of the thing.
        state: how it is.
        detail: what was found, in one line.
        hint: what to do about it.
        fixes: commands that would mend it.
        code: the exit code that it stands for.
    """

    name: str
    state: State
    detail: str
    hint: str = ""
    fixes: tuple[str, ...] = ()
    code: int = OK


class Examination:
    """All that was looked at."""

    def __init__(self) -> None:
        self.checks: list[Check] = []
        self.facts: dict[str, Any] = {}

    @property
    def troubles(self) -> list[Check]:
        """What is not as it should be: first what fails."""
        failed = [check for check in self.checks if check.state == "fail"]
        return failed + [check for check in self.checks if check.state == "warn"]

    @property
    def code(self) -> int:
        """The exit code: that of the first thing that fails."""
        return next((check.code for check in self.checks if check.state == "fail"), OK)

    def as_dict(self) -> dict[str, Any]:
        """For machines and for support: no secret is in it."""
        checks = [
            {name: value for name, value in check._asdict().items() if value not in ("", (), 0)}
            for check in self.checks
        ]
        return {"exit_code": self.code, "checks": checks, **self.facts}


def examine(session: Session, *, model: str | None, call: bool) -> Examination:
    """Look at everything.

    Args:
        session: the options of the command line.
        model: to look at too.
        call: ask it a question, which is paid for.
    """
    found = Examination()
    redactor = session.redactor()
    for check in _checks(session, found.facts, model=model, call=call):
        # Whatever a server or a variable says: no secret, and nothing that moves a terminal.
        found.checks.append(check._replace(detail=escaped(redactor(check.detail))))
    found.facts = redactor.deep(found.facts)
    return found


def _checks(
    session: Session, facts: dict[str, Any], *, model: str | None, call: bool
) -> Iterator[Check]:
    yield _versions(facts)
    facts["variables_set"] = [name for name in _VARIABLES if os.environ.get(name, "").strip()]
    key = _key(session)
    yield key
    client: RunInfra | None = None
    try:
        client = session.client(max_retries=0)
    except e.AuthenticationError:
        # The way is looked at all the same, with no key to send.
        address = _client_for_the_way(session)
    except e.ConfigurationError as error:
        address = error
    else:
        address = client
    if isinstance(address, e.ConfigurationError):
        if key.state != "fail":
            yield Check("base URL", "fail", str(address), *advice.BASE_URL, code=USAGE)
        return
    with address:
        facts["unreachable"] = False
        facts["base_url"] = address.base_url
        yield from _address(session, address)
        yield from _way(address.base_url, facts)
        if client is not None and key.state != "fail" and not facts["unreachable"]:
            yield from _gateway(client, facts, model=model, call=call)


def _client_for_the_way(session: Session) -> RunInfra | e.ConfigurationError:
    from .._sync.client import RunInfra

    try:
        return RunInfra(api_key="none", base_url=session.base_url, pipeline_id=session.pipeline_id)
    except e.ConfigurationError as error:
        return error


def _versions(facts: dict[str, Any]) -> Check:
    libraries: dict[str, str] = {}
    for name in _LIBRARIES:
        try:
            libraries[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            libraries[name] = "missing"
    facts["versions"] = {
        "runinfra-ext": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        **libraries,
    }
    detail = f"runinfra-ext {__version__}, Python {platform.python_version()}, {platform.system()}"
    missing = [name for name, version in libraries.items() if version == "missing"]
    if missing:
        return Check(
            "versions", "fail", f"{detail}; missing: {', '.join(missing)}", *advice.INSTALL
        )
    return Check("versions", "ok", detail)


def masked(key: str) -> str:
    """A key as it may be shown: the prefix that all have, its end, and its length."""
    size = f"{len(key)} characters"
    if len(key) < _SHORT_KEY:
        return size
    prefix = next((one for one in ("rp_live_", "sk-ri-") if key.startswith(one)), "")
    return f"{prefix}…{key[-4:]}, {size}"


def _key(session: Session) -> Check:
    source = session.api_key_file or API_KEY_VARIABLE
    try:
        key = session.api_key()
    except e.ConfigurationError as error:
        return Check("key", "fail", error.message, *advice.KEY_FILE, code=USAGE)
    if key is None:
        return Check("key", "fail", "there is none", *advice.NO_KEY, code=KEY)
    detail = f"{masked(key)}, from {source}"
    if key[0] in "\"'`" or key.lower().startswith("bearer "):
        return Check(
            "key",
            "fail",
            f"{detail}; it has quotes or a word around it",
            *advice.DRESSED_KEY,
            code=USAGE,
        )
    if not (key.isascii() and key.isprintable()) or " " in key:
        return Check(
            "key",
            "fail",
            f"{detail}; it has characters that no key has",
            *advice.DRESSED_KEY,
            code=USAGE,
        )
    if not key.startswith(("rp_", "sk-ri-")):
        return Check(
            "key", "warn", f"{detail}; it does not look like a key of the gateway", *advice.ODD_KEY
        )
    return Check("key", "ok", detail)


def _address(session: Session, client: RunInfra) -> Iterator[Check]:
    url = client.base_url
    given = "--base-url" if session.base_url else "RUNINFRA_BASE_URL"
    source = f"from {given}" if session.base_url or os.environ.get(given, "").strip() else "default"
    odd = "v1" not in urlsplit(url).path.split("/")
    if odd:
        yield Check("base URL", "warn", f"{url}, {source}; it has no /v1", *advice.NO_VERSION)
    else:
        yield Check("base URL", "ok", f"{url}, {source}")
    pipeline = session.pipeline_id or os.environ.get("RUNINFRA_PIPELINE_ID", "").strip()
    yield Check("pipeline", "ok", pipeline or "none: the workspace")


def _way(url: str, facts: dict[str, Any]) -> Iterator[Check]:
    from .._http.probe import probe
    from . import way

    try:
        found: Findings = probe(url, seconds=_PROBE_SECONDS)
    except e.ConfigurationError as error:
        facts["unreachable"] = True
        yield Check("network", "fail", error.message, *advice.VARIABLE, code=USAGE)
        return
    facts["network"] = way.as_dict(found)
    facts["unreachable"] = found.failed is not None
    yield from way.checks(found, is_tls=url.lower().startswith("https:"))


def _gateway(
    client: RunInfra, facts: dict[str, Any], *, model: str | None, call: bool
) -> Iterator[Check]:
    from . import answers

    try:
        found = client.models.list()
    except e.RunInfraError as error:
        facts["answer"] = answers.error_facts(error)
        yield Check(
            "models.list",
            "fail",
            answers.words(error),
            *answers.advice_for(error),
            code=code_of(error),
        )
        yield from answers.clock(error.headers)
        return
    names = [entry.id for entry in found.data]
    facts["answer"] = {"status": found.meta.status, "request_id": found.meta.request_id}
    facts["models"] = {entry.id: entry.availability for entry in found.data}
    elapsed = f"{found.meta.elapsed * 1000:.0f} ms, {found.request_id}"
    if names:
        yield Check("models.list", "ok", f"{len(names)} models, {elapsed}")
    else:
        yield Check("models.list", "warn", f"no models, {elapsed}", *advice.NO_MODELS)
    yield from answers.clock(found.meta.headers)
    yield answers.rate_limit(found.meta.rate_limit)
    if model is not None:
        yield _model(model, facts["models"])
    if call:
        yield _called(client, model, facts)


def _model(model: str, known: Mapping[str, str | None]) -> Check:
    from difflib import get_close_matches

    if model not in known:
        near = get_close_matches(model, known, n=1)
        meant = f"; {near[0]!r} is" if near else ""
        return Check(
            "model",
            "fail",
            f"{model!r} is not among the models of this key{meant}",
            *advice.UNKNOWN_MODEL,
            code=REFUSED,
        )
    availability = known[model]
    if availability in {None, "available"}:
        return Check("model", "ok", f"{model}, {availability or 'listed'}")
    paused = e.ModelPausedError("")
    return Check(
        "model", "fail", f"{model} is {availability}", *advice.PAUSED, code=code_of(paused)
    )


def _called(client: RunInfra, model: str | None, facts: dict[str, Any]) -> Check:
    from . import answers

    params: dict[str, Any] = {"model": model} if model else {}
    question = [{"role": "user", "content": "Say yes."}]
    create: Any = client.chat.completions.create
    try:
        chat: ChatCompletion = create(messages=question, max_tokens=8, **params)
    except e.RunInfraError as error:
        facts["call"] = answers.error_facts(error)
        return Check(
            "call", "fail", answers.words(error), *answers.advice_for(error), code=code_of(error)
        )
    facts["call"] = {"status": chat.meta.status, "request_id": chat.request_id}
    return Check("call", "ok", f"answered in {chat.meta.elapsed * 1000:.0f} ms, {chat.request_id}")
