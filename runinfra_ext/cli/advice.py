"""What to do about what the doctor finds: a sentence, and commands."""

from __future__ import annotations

from typing import Final, NamedTuple


class Advice(NamedTuple):
    """What to do.

    Attributes:
        hint: in a sentence.
        fixes: commands that would do it.
    """

    hint: str
    fixes: tuple[str, ...] = ()


_EXPORT_KEY: Final = "export RUNINFRA_API_KEY=rp_live_…"
_DEFAULT_URL: Final = (
    "unset RUNINFRA_BASE_URL    # or: export RUNINFRA_BASE_URL=https://api.runinfra.ai/v1"
)

INSTALL: Final = Advice(
    "a package that the SDK needs is not there; install it again",
    ("pip install --force-reinstall 'runinfra-ext[cli]'",),
)
NO_KEY: Final = Advice(
    "set RUNINFRA_API_KEY to a key of your dashboard, or name a file with --api-key-file",
    (_EXPORT_KEY, "runinfra-ext doctor --api-key-file ~/.config/runinfra/key"),
)
KEY_FILE: Final = Advice(
    "give a readable file whose first line is the key", ("ls -l ~/.config/runinfra/key",)
)
DRESSED_KEY: Final = Advice(
    "give the bare key, as the dashboard shows it: no quotes, no 'Bearer', no line break",
    (_EXPORT_KEY,),
)
ODD_KEY: Final = Advice(
    "keys begin with rp_live_ or sk-ri-; if the gateway refuses this one, that is why",
    (_EXPORT_KEY,),
)
BAD_KEY: Final = Advice(
    "the gateway is well and does not know this key: it was revoked, has expired, or belongs to"
    " another gateway; make a new one in the dashboard",
    (_EXPORT_KEY,),
)
FORBIDDEN: Final = Advice(
    "the key is known but may not do this: look at its scope, its pipeline and the plan's"
    " spend cap",
    ("unset RUNINFRA_PIPELINE_ID    # a workspace's key needs none",),
)
BASE_URL: Final = Advice(
    "give the gateway's https URL, which ends in /v1; only this machine may be spoken to by http",
    (_DEFAULT_URL,),
)
NO_VERSION: Final = Advice(
    "the gateway's URL ends in /v1; keep yours if the dashboard shows it so", (_DEFAULT_URL,)
)
WRONG_URL: Final = Advice(
    "something answers there, but not the gateway's API: check the path of the base URL (it ends in"
    " /v1), and that no login page is in between",
    (_DEFAULT_URL,),
)
NAME: Final = Advice(
    "the host's name is not known here: check its spelling, then the name service of this machine",
    (_DEFAULT_URL, "getent hosts api.runinfra.ai", "cat /etc/resolv.conf"),
)
DEAD: Final = Advice(
    "the host is there and nobody listens on that port: check the port, or whether the server runs",
    (_DEFAULT_URL, "runinfra-ext sandbox --port 8080    # if it should be the sandbox"),
)
UNREACHABLE: Final = Advice(
    "there is no way to the host: check the network, a firewall, or a proxy that has to be set",
    ("export HTTPS_PROXY=http://proxy.example:3128",),
)
PROXY: Final = Advice(
    "the proxy is the trouble, not the gateway: check its address, its user name and password, or"
    " go around it",
    (
        "export HTTPS_PROXY=http://user:password@proxy.example:3128",
        "export NO_PROXY=api.runinfra.ai    # to go around it",
    ),
)
CERTIFICATE: Final = Advice(
    "the server can't prove who it is: behind a company's proxy trust its authority, else it is not"
    " the gateway",
    ("export SSL_CERT_FILE=/path/to/company.pem",),
)
OTHER_HOST: Final = Advice(
    "the certificate is another host's: check the host in the base URL",
    (_DEFAULT_URL,),
)
EXPIRED: Final = Advice(
    "the certificate's time is over or has not begun: if it is not the server's fault, this"
    " machine's clock is wrong",
    ("date -u", "timedatectl status"),
)
EXPIRES_SOON: Final = Advice(
    "the server's certificate will expire soon; whoever runs it should know"
)
HANDSHAKE: Final = Advice(
    "the port does not speak TLS as it should: check scheme and port of the base URL, and what is"
    " in between",
    (_DEFAULT_URL,),
)
VARIABLE: Final = Advice(
    "correct the variable that the message names", ("env | grep -i -e proxy -e ssl",)
)
SILENT: Final = Advice(
    "the host takes connections and says nothing in time: it is overloaded, or something in between"
    " swallows the traffic",
    ("runinfra-ext doctor --timeout 120",),
)
BROKEN: Final = Advice(
    "the connection stands and breaks before an answer: look at what is in between, then try again",
    ("runinfra-ext doctor --debug",),
)
PAUSED: Final = Advice(
    "the model is paused: the gateway and the key are well; resume it in the dashboard, wait, or"
    " take another",
    ("runinfra-ext models",),
)
CREDIT: Final = Advice("the workspace has not enough credit: top up in the dashboard")
LIMITED: Final = Advice(
    "the rate limit of the key is reached: wait, or ask for a higher tier",
    ("runinfra-ext doctor    # in a minute",),
)
QUOTA: Final = Advice(
    "a quota is used up; waiting does not help: look at the plan in the dashboard"
)
SERVER: Final = Advice(
    "the gateway itself is in trouble; try again in some minutes, then tell support"
)
UNKNOWN_MODEL: Final = Advice("take one of the models of this key", ("runinfra-ext models",))
NO_MODELS: Final = Advice(
    "the key is good and sees no verified live model: deploy one, or ask with the workspace's key"
)
CLOCK: Final = Advice(
    "this machine's clock is wrong: signatures of webhooks and certificates are judged by it",
    ("timedatectl set-ntp true",),
)
LOW: Final = Advice("few calls are left before the gateway says to wait")
OTHER: Final = Advice("run it again with --debug, and give the request id to support")
