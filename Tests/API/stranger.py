"""What schemathesis cannot read from the document: values that must exist or add up, such as check digits and street codes."""

from datetime import date, datetime, timedelta, timezone

import schemathesis
from hypothesis import strategies as st


def identity(seventeen: str) -> str:
    """An identity number with its check digit (GB 11643)."""
    total = sum(int(d) * w for d, w in zip(seventeen, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]))
    return seventeen + "10X98765432"[total % 11]


def moments():
    """Times that the calendar of the program knows (1800 to 2400), near and far, with whole minutes of offset."""
    zones = st.integers(-12 * 4, 14 * 4).map(lambda q: timezone(timedelta(minutes=15 * q)))
    near = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=zones)
    far = st.datetimes(datetime(1801, 1, 1), datetime(2399, 1, 1), timezones=zones)
    return (near | far).map(lambda at: at.isoformat(timespec="milliseconds"))


schemathesis.openapi.format("date-time", moments())
schemathesis.openapi.format("date", st.dates(date(1901, 1, 1), date(2399, 1, 1)).map(str))
schemathesis.openapi.format("cn-identity", st.integers(0, 999).map(lambda n: identity(f"62010219400229{n:03d}")))
schemathesis.openapi.format("cn-street", st.sampled_from(["620102001", "620102002", "620103001"]))
schemathesis.openapi.format("cn-phone", st.integers(13_000_000_000, 19_999_999_999).map(str))
schemathesis.openapi.format("recurrence", st.sampled_from(["FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,TH", "FREQ=MONTHLY;BYMONTHDAY=-1", "LUNAR:9/9"]))
schemathesis.openapi.format("elder-class", st.sampled_from(["low_income", "destitute", "minimum_living"]))
schemathesis.openapi.format("event-type", st.sampled_from(["*", "order.*", "order.offered", "meal.served"]))
schemathesis.openapi.format("webhook-secret", st.just("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
schemathesis.openapi.format("uri", st.integers(1, 999).map(lambda n: f"https://example.org/hook/{n}"))


@schemathesis.hook
def before_call(context, case, **kwargs):
    """Nothing is learned from a poll that is held for a minute."""
    wait = (case.query or {}).get("wait")
    if str(wait).isdecimal() and 1 < int(wait) <= 60:
        case.query["wait"] = type(wait)(1)
