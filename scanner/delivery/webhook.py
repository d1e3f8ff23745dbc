"""A card for a Teams or Slack channel: the headline and its sentences, without files and without a mailbox's name."""

from collections.abc import Callable

import msgspec

from scanner.config.delivery import WebhookConfig
from scanner.config.secret import Secret
from scanner.config.table import is_plain_https
from scanner.delivery.http import Poster
from scanner.delivery.interface import Parcel
from scanner.errors import DeliveryError

LONGEST_TITLE, LONGEST_TEXT = 150, 2900  # characters; Slack takes 150 in a header and 3,000 in a block
TAKEN = range(200, 300)

Card = Callable[[str, str], object]


class WebhookRoute:
    """Posts to one channel.

    Args:
        channel: What reads it.
        url: Its address, which is a secret.
        poster: Sends requests.
    """

    def __init__(self, channel: WebhookConfig, url: Secret, poster: Poster) -> None:
        self._card = CARDS[channel.kind]
        self._url = url
        self._poster = poster

    def send(self, parcel: Parcel) -> str:
        """Post the card.

        Raises:
            DeliveryError: It was certainly not accepted.
            UnconfirmedError: Nobody knows.
        """
        what = f"The webhook {parcel.recipient}"
        address = self._url.reveal()
        if not is_plain_https(address.partition("?")[0]):
            raise DeliveryError(f"{what} has no https address.", "Correct its file or variable.")
        body = msgspec.json.encode(self._card(parcel.letter.subject, parcel.letter.summary[:LONGEST_TEXT]))
        answer = self._poster.post(what, address, body, {"Content-Type": "application/json"})
        if answer.status_code not in TAKEN:
            raise DeliveryError(f"{what} refused the card: {answer.status_code}.", "See that the channel still has it.")
        return str(answer.status_code)


def teams_card(title: str, text: str) -> object:
    """Make the message of a Teams workflow: an adaptive card."""
    blocks = [
        {"type": "TextBlock", "text": title, "weight": "Bolder", "size": "Medium", "wrap": True},
        *({"type": "TextBlock", "text": part, "wrap": True} for part in text.split("\n\n") if part.strip()),
    ]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": blocks,
    }
    return {
        "type": "message",
        "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "content": card}],
    }


def slack_card(title: str, text: str) -> object:
    """Make the message of a Slack webhook: plain text, in which nothing is a link or a mention."""
    return {
        "text": title,
        "blocks": [
            {"type": "header", "text": {"type": "plain_text", "text": title[:LONGEST_TITLE]}},
            {"type": "section", "text": {"type": "plain_text", "text": text}},
        ],
    }


CARDS: dict[str, Card] = {"teams": teams_card, "slack": slack_card}
