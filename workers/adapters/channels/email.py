"""Messages over SMTP, by the standard library.

SMTP cannot be asked what arrived, so a letter carries a Message-ID made from its delivery's key: told twice, it
is one letter to whoever keeps mail by its id.
"""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage

from workers.adapters.channels.letter import compose, reference
from workers.adapters.channels.map import drawn
from workers.adapters.channels.outcome import ChannelError, Sent, option
from workers.adapters.channels.trust import authorities
from workers.pipeline.models import Message, Receiver

_TIMEOUT = 20.0
"""Seconds; the hard limit of a notify task is 30."""
_BARRED = frozenset({530, 534, 535, 538})
"""Who we are is not believed (RFC 4954): said of us, not of a letter."""


def send(message: Message, receiver: Receiver, previous: Sent | None) -> Sent:
    """Hand the letter to the receiver's server. A recipient refused among others is noted, not retried."""
    letter = compose(
        message, option(receiver, "sender"), tuple(option(receiver, "to")), previous, drawn(message, receiver)
    )
    refused = _hand_over(letter, receiver)
    sent = reference(letter, message, previous)
    return Sent({**sent.reference, "refused": sorted(refused)}) if refused else sent


def _hand_over(letter: EmailMessage, receiver: Receiver) -> list[str]:
    handing = False
    try:
        with _connect(receiver) as server:
            if option(receiver, "tls", "starttls") == "starttls":
                server.starttls(context=authorities("smtp"))
            if username := option(receiver, "username"):
                server.login(username, option(receiver, "password"))
            handing = True
            refused = server.send_message(letter)
            handing = False
            return list(refused)
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        raise ChannelError(f"every recipient was refused: {_first(error)}", retry=min(codes) < 500) from error
    except smtplib.SMTPResponseException as error:
        words = error.smtp_error.decode("utf-8", "replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
        code = error.smtp_code
        raise ChannelError(f"{code} {words}", retry=code < 500, barred=code in _BARRED) from error
    except smtplib.SMTPNotSupportedError as error:
        raise ChannelError(str(error), retry=False, barred=True) from error
    except ssl.SSLCertVerificationError as error:
        raise ChannelError(f"certificate: {error.verify_message}", retry=False, barred=True) from error
    except (smtplib.SMTPException, OSError) as error:
        raise ChannelError(f"{type(error).__name__}: {error}", retry=True, unsure=handing) from error


def _first(error: smtplib.SMTPRecipientsRefused) -> str:
    address, (code, words) = next(iter(error.recipients.items()))
    return f"{address}: {code} {words.decode('utf-8', 'replace')}"


def _connect(receiver: Receiver) -> smtplib.SMTP:
    host, port, tls = option(receiver, "host"), option(receiver, "port", 587), option(receiver, "tls", "starttls")
    if tls == "tls":
        return smtplib.SMTP_SSL(host, port, timeout=_TIMEOUT, context=authorities("smtp"))
    return smtplib.SMTP(host, port, timeout=_TIMEOUT)
