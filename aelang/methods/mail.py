"""Mail: written as .eml files into a spool directory; sending them is a mail program's work."""

import os
import tempfile
from collections.abc import Mapping
from email.message import EmailMessage
from email.policy import SMTP


def spool_mail(inputs: Mapping[str, str], spool: str | None) -> str:
    """Writes the mail that `inputs` (to, from, subject, body, cc, bcc, content_type) describe, and gives its path.

    `spool` None means $AELANG_SPOOL, else the folder `aelang/spool` in the user's data directory. Raises OSError where
    it cannot be written, ValueError for a header that cannot be sent (a line break in it).
    """
    folder = spool or os.environ.get("AELANG_SPOOL") or _user_spool()
    os.makedirs(folder, exist_ok=True)
    handle, path = tempfile.mkstemp(suffix=".eml", prefix="mail-", dir=folder)
    with os.fdopen(handle, "wb") as file:
        file.write(_message(inputs).as_bytes(policy=SMTP))
    return path


def _message(inputs: Mapping[str, str]) -> EmailMessage:
    message = EmailMessage()
    for header, name in (("To", "to"), ("From", "from"), ("Cc", "cc"), ("Bcc", "bcc"), ("Subject", "subject")):
        if inputs.get(name):
            message[header] = inputs[name]
    kind, _, subtype = (inputs.get("content_type") or "text/html").partition(";")[0].partition("/")
    if kind.strip().lower() != "text" or not subtype:
        raise ValueError(f"the content_type of a mail is text/..., not {inputs.get('content_type')!r}")
    message.set_content(inputs.get("body", ""), subtype=subtype.strip())
    return message


def _user_spool() -> str:
    home = os.environ.get("XDG_DATA_HOME") or os.path.join(os.path.expanduser("~"), ".local", "share")
    return os.path.join(home, "aelang", "spool")
