"""What a member is likely to hold, told by its name or its format: ways to write it, the likeliest first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date

from contract.filling.chance import Chance

Ways = Callable[[Chance], Iterator[str]]

FICTIONAL_AREAS = 790  # area codes from 200 on, each with the numbers 555-0100 to 555-0199, which belong to nobody


def _phone(chance: Chance) -> Iterator[str]:
    area, line = divmod(chance.number % (FICTIONAL_AREAS * 100), 100)
    digits = f"{200 + area}55501{line:02}"
    yield from (f"+1{digits}", f"1{digits}", digits, f"({digits[:3]}) 555-{digits[6:]}", f"001{digits}")


def _user_name(chance: Chance) -> Iterator[str]:
    plain = re.sub(r"[^a-z]", "", chance.apart().first_name().lower()) or "somebody"
    yield from (f"{plain}{chance.number % 10**8}", f"{plain[:3]}{chance.number % 10**5}")


def _birth(chance: Chance) -> Iterator[str]:
    yield from _dates(chance.alike().date_of_birth(minimum_age=20, maximum_age=80))


def _past(chance: Chance) -> Iterator[str]:
    yield from _dates(chance.alike().date_between(date(2020, 1, 1), date(2024, 12, 31)))


def _dates(day: date) -> Iterator[str]:
    yield from (f"{day:{way}}" for way in ("%Y-%m-%d", "%Y-%m-%dT00:00:00Z", "%d.%m.%Y", "%m/%d/%Y", "%Y%m%d", "%Y"))


def _country(chance: Chance) -> Iterator[str]:
    yield chance.alike().country_code()
    yield chance.alike().country_code("alpha-3")
    yield chance.alike().country()


def _email(chance: Chance) -> Iterator[str]:
    yield f"contact.{chance.number}@example.com"


def _address(chance: Chance) -> Iterator[str]:
    yield f"https://example.com/{chance.number}"


def _identifier(chance: Chance) -> Iterator[str]:
    yield chance.apart().uuid4()


def _by(provider: str) -> Ways:
    def ways(chance: Chance) -> Iterator[str]:
        yield str(getattr(chance.alike(), provider)())

    return ways


def _one_of(*texts: str) -> Ways:
    return lambda _: iter(texts)


NAMES: tuple[tuple[str, Ways], ...] = (
    (r"(first|given|fore|middle)names?|fname", _by("first_name")),
    (r"(last|family|second)name|surname|lname", _by("last_name")),
    (r"(user|nick|login|screen)(name)?|handle", _user_name),
    (r".*(phone|mobile|msisdn)(number|no)?|tel(no|number)?|cell(number)?", _phone),
    (r".*(birth|dob).*", _birth),
    (r"(country|nationality|citizenship)(code|iso)?.*", _country),
    (r"city|town", _by("city")),
    (r"state|province|region", _by("state_abbr")),
    (r"(zip|postal|post)(code)?", _by("postcode")),
    (r"street.*|address(line)?1?", _by("street_address")),
    (r"gender|sex", _one_of("other", "female", "F")),
    (r"(preferred)?(lang|language|locale)(code)?", _one_of("en", "en-US", "en_US", "English")),
    (r"(time)?(zone|tz)(info)?|tz", _one_of("UTC", "Europe/Berlin")),
    (r"currency(code)?", _one_of("EUR")),
    (r"company(name)?|organi[sz]ation(name)?|employer", _by("company")),
    (r"job(title)?|occupation|profession", _by("job")),
    (r"(web)?site|homepage|ur[il]|link", _address),
    (r".*e?mail(address)?", _email),
    (r"title|salutation|prefix", _by("prefix")),
    (r"(full|display|legal|real|public)?name", _by("name")),
)
"""By name, in small letters without signs; the first that fits counts."""

FORMATS: dict[str, Ways] = {
    "date": _past,
    "date-time": lambda chance: (f"{each}T12:00:00Z" for each in list(_past(chance))[:1]),
    "time": _one_of("12:00:00Z"),
    "email": _email,
    "uuid": _identifier,
    "uri": _address,
    "url": _address,
    "uri-reference": _one_of("/about"),
    "hostname": _one_of("host.example.com"),
    "ipv4": _one_of("192.0.2.1"),
    "ipv6": _one_of("2001:db8::1"),
    "phone": _phone,
    "byte": _one_of("AAAA"),
}

TOLD = r".*(captcha|turnstile|invit|voucher|coupon|referr?al|licen[cs]ekey|token|secret|signature|nonce|csrf|otp).*"
"""What only the API can have given: made up, it would be refused."""
TYPED_AGAIN = r".*(password|passwd|passphrase|pwd).*"


def plain(name: str) -> str:
    """Return *name* in small letters without signs."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def ways(name: str, format: object, chance: Chance) -> Iterator[str]:
    """Yield texts that a member called *name*, of *format*, may well hold."""
    named = next((make for names, make in NAMES if re.fullmatch(names, plain(name))), None)
    if named is not None:
        yield from named(chance)
    if isinstance(format, str) and format in FORMATS:
        yield from FORMATS[format](chance)


def why_not(name: str, format: object) -> str:
    """Say why nobody can make up what a member called *name* holds; "" where one may try."""
    if re.fullmatch(TYPED_AGAIN, plain(name)) or format == "password":
        return "it seems to be the password once more: send password there too"
    return "only the API knows what is right there" if re.fullmatch(TOLD, plain(name)) else ""
