"""The keys of ``--set``: what can be changed in a what-if, how it is spelled, and which values it takes."""

import re
from collections.abc import Mapping

from scanner.errors import ConfigurationError
from scanner.model.frozen import Frozen
from scanner.model.text import Text, say
from scanner.whatif.nearest import did_you_mean

Words = Mapping[str, str]

TRUTH: Words = {
    "true": "true", "on": "true", "yes": "true", "1": "true", "$true": "true",
    "false": "false", "off": "false", "no": "false", "0": "false", "$false": "false",
}  # fmt: skip
SWITCH: Words = {
    "inherit": "inherit", "null": "inherit", "$null": "inherit",
    "enabled": "enabled", "on": "enabled",
    "disabled": "disabled", "off": "disabled",
}  # fmt: skip
POLICY_STATE: Words = {
    "enabled": "enabled", "on": "enabled",
    "disabled": "disabled", "off": "disabled",
    "report-only": "report-only", "report_only": "report-only",
    "enabledforreportingbutnotenforced": "report-only",
}  # fmt: skip
MFA_STATE: Words = {"disabled": "disabled", "enabled": "enabled", "enforced": "enforced"}
SIGN_IN: Words = {"allowed": "allowed", "enabled": "allowed", "blocked": "blocked", "disabled": "blocked"}
NEW_POLICY: Words = {"allowing": "allowing", "blocking": "blocking"}

GRAMMAR = re.compile(r"\s*(?P<key>[^=]*?)\s*=\s*(?P<value>.*?)\s*", re.DOTALL)


class Key(Frozen, frozen=True, kw_only=True):
    """One thing that can be changed.

    Attributes:
        area: What it belongs to; with ``named`` a colon and a name follow.
        field: The setting.
        named: What the name is of; "" where the area has none.
        words: Accepted spellings, and the value each stands for; ``None`` where the value is a name.
        value: What the value names, where it is one; "none" means none of them.
        many: It may be given several times, with different values.
        says: What the change does.
        example: How it is written.
    """

    area: str
    field: str
    named: str = ""
    words: Words | None = None
    value: str = ""
    many: bool = False
    says: Text
    example: str

    @property
    def pattern(self) -> str:
        """How the key is written, with its name in capitals."""
        if not self.area:
            return self.field
        return f"{self.area}:{self.named}.{self.field}" if self.named else f"{self.area}.{self.field}"

    @property
    def expected(self) -> str:
        """Which values it takes."""
        return ", ".join(dict.fromkeys(self.words.values())) if self.words else self.value


KEYS = (
    Key(
        area="tenant",
        field="smtp_auth_disabled",
        words=TRUTH,
        says=say("The organization's SMTP AUTH switch: true turns SMTP AUTH off for every mailbox that follows it."),
        example="tenant.smtp_auth_disabled=true",
    ),
    Key(
        area="tenant",
        field="default_authentication_policy",
        value="the name of an authentication policy, or none",
        says=say("The authentication policy of all users who have none of their own."),
        example='tenant.default_authentication_policy="Block Basic"',
    ),
    Key(
        area="",
        field="security_defaults",
        words=TRUTH,
        says=say("Security Defaults: true refuses Basic for every account."),
        example="security_defaults=on",
    ),
    Key(
        area="policy",
        field="state",
        named="NAME",
        words=POLICY_STATE,
        says=say("The state of a Conditional Access policy, by its name or id."),
        example='policy:"Block legacy authentication".state=enabled',
    ),
    Key(
        area="policy",
        field="exclude_group",
        named="NAME",
        value="the name or id of a group",
        many=True,
        says=say("Excludes a group from a Conditional Access policy."),
        example='policy:"Block legacy authentication".exclude_group="SMTP AUTH exceptions"',
    ),
    Key(
        area="policy",
        field="include_group",
        named="NAME",
        value="the name or id of a group",
        many=True,
        says=say("Takes a group into the scope of a Conditional Access policy."),
        example='policy:"Block legacy authentication".include_group="Travellers"',
    ),
    Key(
        area="policy",
        field="exclude_user",
        named="NAME",
        value="the address or id of a mailbox",
        many=True,
        says=say("Excludes one user from a Conditional Access policy."),
        example='policy:"Block legacy authentication".exclude_user=scanner@contoso.example',
    ),
    Key(
        area="mailbox",
        field="smtp_auth",
        named="ADDRESS",
        words=SWITCH,
        says=say("The mailbox's own SMTP AUTH switch; inherit follows the organization."),
        example="mailbox:scanner@contoso.example.smtp_auth=inherit",
    ),
    Key(
        area="mailbox",
        field="authentication_policy",
        named="ADDRESS",
        value="the name of an authentication policy, or none",
        says=say("The user's own authentication policy; none follows the organization's default."),
        example='mailbox:scanner@contoso.example.authentication_policy="Allow Basic for SMTP"',
    ),
    Key(
        area="mailbox",
        field="per_user_mfa",
        named="ADDRESS",
        words=MFA_STATE,
        says=say("The per-user MFA state of the mailbox's account."),
        example="mailbox:scanner@contoso.example.per_user_mfa=enforced",
    ),
    Key(
        area="mailbox",
        field="sign_in",
        named="ADDRESS",
        words=SIGN_IN,
        says=say("Whether the mailbox's account may sign in at all."),
        example="mailbox:scanner@contoso.example.sign_in=blocked",
    ),
    Key(
        area="authentication_policy",
        field="allow_basic_smtp",
        named="NAME",
        words=TRUTH,
        says=say("AllowBasicAuthSmtp of an authentication policy."),
        example='authentication_policy:"Block Basic".allow_basic_smtp=true',
    ),
    Key(
        area="authentication_policy",
        field="create",
        named="NAME",
        words=NEW_POLICY,
        says=say("Makes an authentication policy that is not there yet, allowing or blocking Basic for SMTP."),
        example='authentication_policy:"SMTP senders".create=allowing',
    ),
)
BY_AREA: Mapping[str, Mapping[str, Key]] = {
    area: {key.field: key for key in KEYS if key.area == area} for area in dict.fromkeys(key.area for key in KEYS)
}
PATTERNS = tuple(key.pattern for key in KEYS)
NAMED_KEY = {
    area: re.compile(rf"(?P<name>.+?)\.(?P<field>{'|'.join(fields)})\s*=\s*(?P<value>.*)", re.DOTALL | re.IGNORECASE)
    for area, fields in BY_AREA.items()
    if any(key.named for key in fields.values())
}


class Asked(Frozen, frozen=True, kw_only=True):
    """One ``--set`` as it was understood; names are not looked up yet.

    Attributes:
        text: As it was written.
        key: What is changed.
        name: Of which object; "" where there is only one.
        value: A value of the key's words, or a name as it was written.
    """

    text: str
    key: Key
    name: str
    value: str


def read_changes(texts: tuple[str, ...]) -> tuple[Asked, ...]:
    """Read all ``--set`` options.

    Raises:
        ConfigurationError: One is not understood, or two contradict each other.
    """
    asked = tuple(read_change(text) for text in texts)
    seen: dict[tuple[str, str], Asked] = {}
    for one in asked:
        if one.key.many:
            continue
        before = seen.setdefault((one.key.pattern, one.name.lower()), one)
        if before.value != one.value:
            message = f"--set: {one.text!r} contradicts {before.text!r}."
            raise ConfigurationError(message, "Give each setting one value.")
    return asked


def read_change(text: str) -> Asked:
    """Read one ``--set KEY=VALUE``.

    Raises:
        ConfigurationError: The key is not known, or the value is none of its values.
    """
    area, colon, rest = text.strip().partition(":")
    area = area.strip().lower()
    if colon and area in NAMED_KEY:
        return _read_named(text, area, rest)
    found = GRAMMAR.fullmatch(text)
    if found is None:
        raise ConfigurationError(f"--set: {text!r} has no value.", "Write KEY=VALUE, e.g. security_defaults=on.")
    spelled = found["key"].lower()
    area, _, field = spelled.rpartition(".")
    key = BY_AREA.get(area, {}).get(field)
    if key is None or key.named:
        raise _unknown_key(text, found["key"])
    return Asked(text=text, key=key, name="", value=_value(text, key, found["value"]))


def unquoted(name: str) -> str:
    """Take off the quotes around a name, which shells take off as well."""
    name = name.strip()
    for mark in ('"', "'"):
        if len(name) > 1 and name.startswith(mark) and name.endswith(mark):
            return name[1:-1]
    return name


def _read_named(text: str, area: str, rest: str) -> Asked:
    found = NAMED_KEY[area].fullmatch(rest.strip())
    if found is None:
        raise _unknown_key(text, text.partition("=")[0])
    key = BY_AREA[area][found["field"].lower()]
    name = unquoted(found["name"])
    if not name:
        raise ConfigurationError(f"--set: {text!r} names nothing.", f"Write {key.pattern}=VALUE.")
    return Asked(text=text, key=key, name=name, value=_value(text, key, found["value"]))


def _value(text: str, key: Key, given: str) -> str:
    value = unquoted(given)
    if key.words is None:
        if value:
            return value
        raise ConfigurationError(f"--set: {text!r} has no value.", f"{key.pattern} expects {key.expected}.")
    word = key.words.get(value.lower())
    if word is None:
        message = f"--set: {value!r} is no value of {key.pattern}."
        raise ConfigurationError(message, f"Expected: {key.expected}.")
    return word


def _unknown_key(text: str, key: str) -> ConfigurationError:
    known = {pattern.partition(":")[0] + "." + pattern.rpartition(".")[2]: pattern for pattern in PATTERNS}
    area, _, rest = key.partition(":")
    plain = f"{area}.{rest.rpartition('.')[2]}" if rest else key
    advice = did_you_mean(plain.strip().lower(), tuple(known), shown=known)
    message = f"--set: {key.strip()!r} is no key that can be changed, in {text!r}."
    return ConfigurationError(message, advice or f"Known keys: {', '.join(PATTERNS)}.")
