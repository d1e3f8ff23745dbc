"""Which causes come first: the catalogue's order, sharpened by the signs around a reply."""

from itertools import zip_longest

from scanner.model.frozen import Frozen
from scanner.model.text import NOTHING, Text, say
from scanner.replies import causes_sender as sender
from scanner.replies import causes_settings as settings
from scanner.replies.entry import Cause
from scanner.replies.recognise import Found
from scanner.replies.signs import Sign

_ANY = "unauthenticated_5_7_3", "unspecified_5_7_139", "client_not_authenticated"
_NONE = ""  # no reply at all: only what the person says
_GENERAL = ("unauthenticated_5_7_3",)


class Rule(Frozen, frozen=True, kw_only=True):
    """What a sign says about the causes of a reply.

    Attributes:
        entries: Keys of the replies it speaks of; the empty key stands for a paste without any.
        signs: All of these must be there.
        first: The causes that then come first.
        because: Why, for the reader.
    """

    entries: tuple[str, ...]
    signs: tuple[Sign, ...]
    first: tuple[Cause, ...]
    because: Text


# The first rule that fits a reply counts, so what says more stands above what says less.
RULES = (
    Rule(
        entries=_ANY,
        signs=(Sign.OTHER_SERVER,),
        first=(sender.WRONG_HOST,),
        because=say("The server isn't Exchange Online."),
    ),
    Rule(
        entries=_GENERAL,
        signs=(Sign.DOMAIN_USER,),
        first=(sender.ON_PREMISES,),
        because=say("A user name with a domain before it belongs to an Exchange server on premises."),
    ),
    Rule(
        entries=(*_GENERAL, _NONE),
        signs=(Sign.OLD_TLS,),
        first=(sender.TLS_OLD,),
        because=say("An old TLS version is mentioned."),
    ),
    Rule(
        entries=(*_ANY, _NONE),
        signs=(Sign.DEFAULTS_TURNED_OFF,),
        first=(settings.SWITCH, settings.CONDITIONAL_ACCESS),
        because=say("Security Defaults are said to be off already: what they hid comes next."),
    ),
    Rule(
        entries=(*_ANY, _NONE),
        signs=(Sign.NEW_TENANT,),
        first=(settings.SECURITY_DEFAULTS, settings.SWITCH),
        because=say("In new tenants Security Defaults are on and Authenticated SMTP is off from the start."),
    ),
    Rule(
        entries=(*_ANY, "criteria", _NONE),
        signs=(Sign.ELSEWHERE,),
        first=(settings.LOCATION, settings.CONDITIONAL_ACCESS),
        because=say("The same sign-in is said to work from elsewhere: that points to a location."),
    ),
    Rule(
        entries=_GENERAL,
        signs=(Sign.CARRIED_ON_IN_PYTHON,),
        first=(sender.CLIENT_CODES_XOAUTH2_WRONGLY, sender.OAUTH_WRONG_IDENTITY),
        because=say(
            "Python's smtplib stops at a refused login. It got as far as MAIL FROM, so the program sends AUTH by "
            "itself, as programs do for XOAUTH2."
        ),
    ),
    Rule(
        entries=_GENERAL,
        signs=(Sign.APP_ONLY,),
        first=(sender.OAUTH_APP_REGISTRATION, sender.OAUTH_APP_RIGHTS),
        because=say("With app-only sign-in it is mostly the registration in Exchange that is missing or wrong."),
    ),
    Rule(
        entries=_GENERAL,
        signs=(Sign.XOAUTH2, Sign.SHARED_MAILBOX),
        first=(sender.OAUTH_WRONG_IDENTITY, sender.OAUTH_APP_RIGHTS),
        because=say("With OAuth on a shared mailbox it is mostly the identity in the token or its rights."),
    ),
    Rule(
        entries=_GENERAL,
        signs=(Sign.XOAUTH2,),
        first=(sender.OAUTH_APP_REGISTRATION, sender.OAUTH_WRONG_IDENTITY),
        because=say("With OAuth this reply comes from a registration or an identity that doesn't fit."),
    ),
    Rule(
        entries=_GENERAL,
        signs=(Sign.APP_PASSWORD,),
        first=(settings.SECURITY_DEFAULTS, settings.PER_USER_MFA),
        because=say("App passwords work with per-user MFA only, and not where Security Defaults are on."),
    ),
    Rule(
        entries=_GENERAL,
        signs=(Sign.NODEMAILER,),
        first=(settings.SWITCH, sender.TLS_OLD, settings.SECURITY_DEFAULTS),
        because=say("These are the causes that users of nodemailer confirmed for this reply."),
    ),
    *(
        Rule(
            entries=_GENERAL,
            signs=(sign,),
            first=(settings.SWITCH, settings.SECURITY_DEFAULTS, settings.PER_USER_MFA, settings.CONDITIONAL_ACCESS),
            because=because,
        )
        for sign, because in (
            (Sign.BEFORE_2021, say("Before 2021 this reply stood for every refusal of Basic.")),
            (Sign.TAIL_WITHOUT_DATE, say("The server's tail has no date, so it is old: then Basic was the rule.")),
            (Sign.LOGIN, say("The client signs in with a password.")),
            (Sign.CARRIED_ON, say("A client that carries on after a refusal is mostly .NET's, which knows no OAuth.")),
        )
    ),
    Rule(
        entries=("client_not_authenticated",),
        signs=(Sign.OLD_FORM,),
        first=(sender.STARTTLS_OFF, sender.CLIENT_SENDS_NO_AUTH),
        because=say("In this older form STARTTLS that was off is the confirmed cause."),
    ),
    Rule(
        entries=("client_not_authenticated",),
        signs=(Sign.NO_SENTENCE,),
        first=(settings.SWITCH, settings.CONDITIONAL_ACCESS, settings.SECURITY_DEFAULTS),
        because=say("Only the code is there: the refusal of AUTH that follows it may have been cut off."),
    ),
    Rule(
        entries=("basic_disabled",),
        signs=(Sign.CONSUMER_ADDRESS,),
        first=(sender.CONSUMER_ACCOUNT,),
        because=say("The address is one of a personal account."),
    ),
)


class Order(Frozen, frozen=True, kw_only=True):
    """Causes in order of likelihood, and why in this order where a sign changed it."""

    causes: tuple[Cause, ...] = ()
    because: Text = NOTHING


def order_causes(found: tuple[Found, ...], signs: frozenset[Sign]) -> tuple[Order, ...]:
    """Order the causes of each reply that says something about the cause.

    Args:
        found: The replies that were recognised.
        signs: What stands around them.

    Returns:
        One order per reply, those of the sign-in log first: they are the most exact.
    """
    if not found:
        return (sharpen(_NONE, (), signs),)
    telling = sorted(telling_replies(found), key=lambda reply: reply.entry.stage != "SIGN-IN")
    return tuple(sharpen(reply.entry.key, reply.entry.causes, signs) for reply in telling)


def telling_replies(found: tuple[Found, ...]) -> tuple[Found, ...]:
    """Give the replies that name a cause: 5.7.57 only repeats that the sign-in before it failed."""
    explained = any(reply.entry.stage in {"AUTH", "SIGN-IN"} for reply in found)
    return tuple(reply for reply in found if not (explained and reply.entry.stage == "MAIL FROM"))


def sharpen(key: str, causes: tuple[Cause, ...], signs: frozenset[Sign]) -> Order:
    """Put the causes first that the first fitting rule names."""
    rule = next((rule for rule in RULES if key in rule.entries and signs.issuperset(rule.signs)), None)
    if rule is None:
        return Order(causes=causes)
    return Order(causes=merge((*rule.first, *causes)), because=rule.because)


def merge(*lists: tuple[Cause, ...]) -> tuple[Cause, ...]:
    """Merge lists of causes: the first of each, then the second of each; each cause once."""
    rounds = zip_longest(*lists)
    return tuple(dict.fromkeys(cause for round_ in rounds for cause in round_ if cause is not None))
