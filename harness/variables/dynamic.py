"""Dynamic variables: `{{$guid}}` and its kin, in the formats of the Postman SDK.

The names and formats are those of postman-collection's lib/superstring/dynamic-variables.js. All are drawn
from one source of random values and one clock, so that a replay draws the same.
"""

import random
import string
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from harness.variables import dynamic_words as words
from harness.variables.draws import Clock

if TYPE_CHECKING:
    from faker import Generator

_HEX: Final = "0123456789abcdef"
_BASE58: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_MS: Final = 86_400_000
_YEAR_MS: Final = 365 * _DAY_MS
_FAKER_LOCK: Final = Lock()


class DynamicValues:
    """Draws values for dynamic variables; `random` and `clock` are where they come from."""

    __slots__ = ("clock", "random")

    def __init__(self, random: random.Random, clock: Clock) -> None:
        self.random = random
        self.clock = clock

    def draw(self, name: str) -> str | None:
        """Draw a value for `$guid`, `$randomInt` ...; `None` when there is no such name."""
        found = GENERATORS.get(name)
        return None if found is None else found(self)

    # What the generators are made of

    def below(self, limit: int) -> int:
        """Draw a whole number from 0, less than the limit."""
        return int(self.random.random() * limit)

    def one_of(self, choices: Any) -> str:
        """Draw one of several texts."""
        return str(choices[self.below(len(choices))])

    def chars(self, alphabet: str, length: int) -> str:
        """Draw a text."""
        return "".join(alphabet[self.below(len(alphabet))] for _ in range(length))

    def moment(self, from_ms: float, to_ms: float) -> str:
        """Draw an ISO timestamp at a distance from now."""
        return iso(self.clock.now_ms() + from_ms + self.random.random() * (to_ms - from_ms))

    def fake(self, method: str) -> str:
        """Call one of faker's English generators, drawing from this source."""
        with _FAKER_LOCK:
            generator = _english()
            generator.random = self.random
            return str(getattr(generator, method)())

    def latin(self, least: int, most: int) -> list[str]:
        """Draw Latin words."""
        vocabulary = _latin_words()
        return [self.one_of(vocabulary) for _ in range(least + self.below(most - least + 1))]

    def sentence(self) -> str:
        """Draw a Latin sentence."""
        return " ".join(self.latin(3, 10)).capitalize() + "."

    def sentences(self, least: int, most: int, separator: str = " ") -> str:
        """Draw several Latin sentences."""
        return separator.join(self.sentence() for _ in range(least + self.below(most - least + 1)))

    def word(self) -> str:
        """Draw a word of trade or technology."""
        return self.one_of(_COMMON_WORDS)

    def file_stem(self) -> str:
        """Draw a file name without its extension."""
        stem = "_".join(self.word() for _ in range(1 + self.below(3)))
        return "".join(char if char.isalnum() else "_" for char in stem.lower())


def iso(milliseconds: float) -> str:
    """Write a time as `Date.toISOString` does."""
    moment = _EPOCH + timedelta(milliseconds=int(milliseconds))
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


@cache
def _english() -> "Generator":
    from faker import Factory

    return Factory.create("en_US")


@cache
def _latin_words() -> tuple[str, ...]:
    from faker.providers.lorem.la import Provider

    return tuple(Provider.word_list)


@cache
def _company_words(field: str, position: int) -> tuple[str, ...]:
    from faker.providers.company.en_US import Provider

    return tuple(getattr(Provider, field)[position])


_COMMON_WORDS: Final = tuple(
    word
    for group in (
        words.COLORS, words.DEPARTMENTS, words.PRODUCT_ADJECTIVES, words.PRODUCT_MATERIALS, words.PRODUCTS,
        words.JOB_AREAS, words.HACKER_ADJECTIVES, words.HACKER_NOUNS, words.HACKER_VERBS, words.ABBREVIATIONS,
    )
    for word in group
    if " " not in word
)  # fmt: skip


def _uuid(source: DynamicValues) -> str:
    bits = source.random.getrandbits(128)
    bits = bits & ~(0xF000 << 64) & ~(0xC000 << 48) | (4 << 76) | (0x8000 << 48)
    text = f"{bits:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _phone(source: DynamicValues) -> str:
    digits = string.digits[2:]
    area = source.chars(digits, 1) + source.chars(string.digits, 2)
    exchange = source.chars(digits, 1) + source.chars(string.digits, 2)
    return f"{area}-{exchange}-{source.chars(string.digits, 4)}"


def _company(source: DynamicValues) -> str:
    names = [source.fake("last_name") for _ in range(3)]
    forms = (f"{names[0]} {source.one_of(words.COMPANY_SUFFIXES)}", f"{names[0]} - {names[1]}",
        f"{names[0]}, {names[1]} and {names[2]}")  # fmt: skip
    return source.one_of(forms)


def _catch_phrase(source: DynamicValues) -> str:
    return " ".join(source.one_of(_company_words("catch_phrase_words", position)) for position in range(3))


def _bs(source: DynamicValues) -> str:
    return " ".join(source.one_of(_company_words("bsWords", position)) for position in range(3))


def _product_name(source: DynamicValues) -> str:
    groups = (words.PRODUCT_ADJECTIVES, words.PRODUCT_MATERIALS, words.PRODUCTS)
    return " ".join(source.one_of(group) for group in groups)


def _phrase(source: DynamicValues) -> str:
    kinds = {
        "abbreviation": words.ABBREVIATIONS,
        "adjective": words.HACKER_ADJECTIVES,
        "ingverb": words.HACKER_INGVERBS,
        "noun": words.HACKER_NOUNS,
        "verb": words.HACKER_VERBS,
    }
    pieces = source.one_of(words.HACKER_PHRASES).split("{")
    filled = [pieces[0]]
    for piece in pieces[1:]:
        kind, _, rest = piece.partition("}")
        filled.append(source.one_of(kinds[kind]) + rest)
    return "".join(filled)


def _user_name(source: DynamicValues) -> str:
    first, last = source.fake("first_name"), source.fake("last_name")
    form = source.below(3)
    name = first if form == 0 else f"{first}{source.one_of('._')}{last}"
    return name.replace("'", "").replace(" ", "") + ("" if form == 1 else str(source.below(100)))


def _domain_word(source: DynamicValues) -> str:
    return source.fake("first_name").replace("'", "").lower()


def _domain_name(source: DynamicValues) -> str:
    return f"{_domain_word(source)}.{source.one_of(words.DOMAIN_SUFFIXES)}"


def _hex_color(source: DynamicValues) -> str:
    return "#" + "".join(f"{source.below(257) // 2:02x}" for _ in range(3))


def _iban(source: DynamicValues) -> str:
    country, length = words.IBAN_DIGITS[source.below(len(words.IBAN_DIGITS))]
    account = source.chars(string.digits, length)
    spelled = "".join(str(int(char, 36)) for char in f"{account}{country}00")
    return f"{country}{98 - int(spelled) % 97:02d}{account}"


def _bic(source: DynamicValues) -> str:
    bank = source.chars(string.ascii_uppercase, 4)
    branch = source.one_of(("", source.chars(string.digits, 3)))
    return f"{bank}{source.one_of(words.COUNTRY_CODES)}{source.chars(string.ascii_uppercase, 1)}1{branch}"


def _bitcoin(source: DynamicValues) -> str:
    return source.one_of("13") + source.chars(_BASE58, 25 + source.below(9))


def _image_uri(source: DynamicValues) -> str:
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" version="1.1" width="640" height="480">'
        f'<rect width="100%" height="100%" fill="{_hex_color(source)}"/></svg>'
    )
    return "data:image/svg+xml;charset=UTF-8," + quote(svg, safe="!'()*-._~")


def _full_name(source: DynamicValues) -> str:
    return f"{source.fake('first_name')} {source.fake('last_name')}"


def _job_title(source: DynamicValues) -> str:
    groups = (words.JOB_DESCRIPTORS, words.JOB_AREAS, words.JOB_TYPES)
    return " ".join(source.one_of(group) for group in groups)


def _file_name(source: DynamicValues) -> str:
    return f"{source.file_stem()}.{source.one_of(words.EXTENSIONS)}"


def _lorem_text(source: DynamicValues) -> str:
    forms = (
        lambda: " ".join(source.latin(3, 3)),
        source.sentence,
        lambda: source.sentences(2, 6),
        lambda: source.sentences(1, 5, "\n"),
        lambda: source.sentences(3, 6),
    )
    return forms[source.below(len(forms))]()


def _coordinate(source: DynamicValues, limit: int) -> str:
    return f"{source.below(2 * limit * 10_000 + 1) / 10_000 - limit:.4f}"


def _choice(choices: tuple[str, ...]) -> Callable[[DynamicValues], str]:
    return lambda source: source.one_of(choices)


def _company_word(field: str, position: int) -> Callable[[DynamicValues], str]:
    return lambda source: source.one_of(_company_words(field, position))


def _fake(method: str) -> Callable[[DynamicValues], str]:
    return lambda source: source.fake(method)


def _image(kind: str) -> Callable[[DynamicValues], str]:
    return lambda _: f"http://placeimg.com/640/480/{kind}"


GENERATORS: Final[Mapping[str, Callable[[DynamicValues], str]]] = {
    "$guid": _uuid,
    "$timestamp": lambda source: str(int(source.clock.now_ms() / 1000 + 0.5)),
    "$isoTimestamp": lambda source: iso(source.clock.now_ms()),
    "$randomInt": lambda source: str(source.below(1001)),
    "$randomPhoneNumber": _phone,
    "$randomPhoneNumberExt": lambda source: f"{1 + source.below(99)}-{_phone(source)}",
    "$randomLocale": _choice(words.LOCALES),
    "$randomWords": lambda source: " ".join(source.word() for _ in range(2 + source.below(4))),
    "$randomFilePath": lambda source: f"{source.one_of(words.DIRECTORIES)}/{_file_name(source)}",
    "$randomDirectoryPath": _choice(words.DIRECTORIES),
    "$randomCity": _fake("city"),
    "$randomStreetName": _fake("street_name"),
    "$randomStreetAddress": lambda source: f"{1 + source.below(99999)} {source.fake('street_name')}",
    "$randomCountry": _fake("country"),
    "$randomCountryCode": _choice(words.COUNTRY_CODES),
    "$randomLatitude": lambda source: _coordinate(source, 90),
    "$randomLongitude": lambda source: _coordinate(source, 180),
    "$randomColor": _choice(words.COLORS),
    "$randomDepartment": _choice(words.DEPARTMENTS),
    "$randomProductName": _product_name,
    "$randomProductAdjective": _choice(words.PRODUCT_ADJECTIVES),
    "$randomProductMaterial": _choice(words.PRODUCT_MATERIALS),
    "$randomProduct": _choice(words.PRODUCTS),
    "$randomCompanyName": _company,
    "$randomCompanySuffix": _choice(words.COMPANY_SUFFIXES),
    "$randomCatchPhrase": _catch_phrase,
    "$randomBs": _bs,
    "$randomCatchPhraseAdjective": _company_word("catch_phrase_words", 0),
    "$randomCatchPhraseDescriptor": _company_word("catch_phrase_words", 1),
    "$randomCatchPhraseNoun": _company_word("catch_phrase_words", 2),
    "$randomBsAdjective": _company_word("bsWords", 1),
    "$randomBsBuzz": _company_word("bsWords", 0),
    "$randomBsNoun": _company_word("bsWords", 2),
    "$randomDatabaseColumn": _choice(words.DATABASE_COLUMNS),
    "$randomDatabaseType": _choice(words.DATABASE_TYPES),
    "$randomDatabaseCollation": _choice(words.DATABASE_COLLATIONS),
    "$randomDatabaseEngine": _choice(words.DATABASE_ENGINES),
    "$randomDatePast": lambda source: source.moment(-_YEAR_MS, -1000),
    "$randomDateFuture": lambda source: source.moment(1000, _YEAR_MS),
    "$randomDateRecent": lambda source: source.moment(-_DAY_MS, -1000),
    "$randomMonth": _choice(words.MONTHS),
    "$randomWeekday": _choice(words.WEEKDAYS),
    "$randomBankAccount": lambda source: source.chars(string.digits, 8),
    "$randomBankAccountName": lambda source: f"{source.one_of(words.ACCOUNT_KINDS)} Account",
    "$randomCreditCardMask": lambda source: source.chars(string.digits, 4),
    "$randomPrice": lambda source: f"{source.below(100_001) / 100:.2f}",
    "$randomTransactionType": _choice(words.TRANSACTION_TYPES),
    "$randomCurrencyCode": _fake("currency_code"),
    "$randomCurrencyName": _fake("currency_name"),
    "$randomCurrencySymbol": _choice(words.CURRENCY_SYMBOLS),
    "$randomBitcoin": _bitcoin,
    "$randomBankAccountIban": _iban,
    "$randomBankAccountBic": _bic,
    "$randomAbbreviation": _choice(words.ABBREVIATIONS),
    "$randomAdjective": _choice(words.HACKER_ADJECTIVES),
    "$randomNoun": _choice(words.HACKER_NOUNS),
    "$randomVerb": _choice(words.HACKER_VERBS),
    "$randomIngverb": _choice(words.HACKER_INGVERBS),
    "$randomPhrase": _phrase,
    "$randomAvatarImage": lambda source: (
        f"https://cdn.fakercloud.com/avatars/{source.one_of(words.AVATARS)}_128.jpg"
    ),
    "$randomImageUrl": lambda _: "http://placeimg.com/640/480",
    **{f"$random{kind.capitalize()}Image": _image(kind) for kind in words.IMAGE_KINDS},
    "$randomImageDataUri": _image_uri,
    "$randomEmail": lambda source: f"{_user_name(source)}@{source.one_of(words.FREE_MAIL)}",
    "$randomExampleEmail": lambda source: f"{_user_name(source)}@{source.one_of(words.EXAMPLE_MAIL)}",
    "$randomUserName": _user_name,
    "$randomProtocol": _choice(("http", "https")),
    "$randomUrl": lambda source: f"{source.one_of(('http', 'https'))}://{_domain_name(source)}",
    "$randomDomainName": _domain_name,
    "$randomDomainSuffix": _choice(words.DOMAIN_SUFFIXES),
    "$randomDomainWord": _domain_word,
    "$randomIP": lambda source: ".".join(str(source.below(256)) for _ in range(4)),
    "$randomIPV6": lambda source: ":".join(source.chars(_HEX, 4) for _ in range(8)),
    "$randomUserAgent": _fake("user_agent"),
    "$randomHexColor": _hex_color,
    "$randomMACAddress": lambda source: ":".join(source.chars(_HEX, 2) for _ in range(6)),
    "$randomPassword": lambda source: source.chars(string.ascii_letters + string.digits + "_", 15),
    "$randomLoremWord": lambda source: source.latin(1, 1)[0],
    "$randomLoremWords": lambda source: " ".join(source.latin(3, 3)),
    "$randomLoremSentence": DynamicValues.sentence,
    "$randomLoremSlug": lambda source: "-".join(source.latin(3, 3)),
    "$randomLoremSentences": lambda source: source.sentences(2, 6),
    "$randomLoremParagraph": lambda source: source.sentences(3, 6),
    "$randomLoremParagraphs": lambda source: "\n \r".join(source.sentences(3, 6) for _ in range(3)),
    "$randomLoremText": _lorem_text,
    "$randomLoremLines": lambda source: source.sentences(1, 5, "\n"),
    "$randomFirstName": _fake("first_name"),
    "$randomLastName": _fake("last_name"),
    "$randomFullName": _full_name,
    "$randomJobTitle": _job_title,
    "$randomNamePrefix": _choice(words.NAME_PREFIXES),
    "$randomNameSuffix": _choice(words.NAME_SUFFIXES),
    "$randomJobDescriptor": _choice(words.JOB_DESCRIPTORS),
    "$randomJobArea": _choice(words.JOB_AREAS),
    "$randomJobType": _choice(words.JOB_TYPES),
    "$randomUUID": _uuid,
    "$randomBoolean": _choice(("true", "false")),
    "$randomWord": DynamicValues.word,
    "$randomAlphaNumeric": lambda source: source.chars(string.digits + string.ascii_lowercase, 1),
    "$randomFileName": _file_name,
    "$randomCommonFileName": lambda source: f"{source.file_stem()}.{source.one_of(words.COMMON_EXTENSIONS)}",
    "$randomMimeType": _fake("mime_type"),
    "$randomCommonFileType": _choice(words.COMMON_FILE_TYPES),
    "$randomCommonFileExt": _choice(words.COMMON_EXTENSIONS),
    "$randomFileType": _choice(words.FILE_TYPES),
    "$randomFileExt": _choice(words.EXTENSIONS),
    "$randomSemver": lambda source: ".".join(str(source.below(10)) for _ in range(3)),
}
