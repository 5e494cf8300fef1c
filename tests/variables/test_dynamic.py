import random
import re
import subprocess
import sys
from collections import Counter

import pytest

from harness.variables.draws import SteppingClock
from harness.variables.dynamic import GENERATORS, DynamicValues, iso

NOW = 1_700_000_000_499
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
ISO = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
WORD = r"[a-z]+"
TITLE = r"[A-Z][\w'’().,/& -]*"
USER = r"[A-Z][A-Za-z._]*\d{0,2}"
DOMAIN = r"[a-z]+\.(biz|com|info|name|net|org)"
SENTENCE = r"[A-Z][a-z]*( [a-z]+){2,9}\."
FILE = r"[a-z0-9_]+\.[a-z0-9]+"
IMAGE = r"http://placeimg\.com/640/480"

FORMATS = {
    "$guid": UUID,
    "$timestamp": r"\d{10}",
    "$isoTimestamp": ISO,
    "$randomInt": r"\d{1,3}|1000",
    "$randomPhoneNumber": r"\d{3}-\d{3}-\d{4}",
    "$randomPhoneNumberExt": r"\d{1,2}-\d{3}-\d{3}-\d{4}",
    "$randomLocale": r"[a-z]{2}",
    "$randomWords": r"\S+( \S+){1,4}",
    "$randomFilePath": r"(/[\w+]+)+/" + FILE,
    "$randomDirectoryPath": r"(/[\w+]+)+",
    "$randomCity": TITLE,
    "$randomStreetName": TITLE,
    "$randomStreetAddress": r"\d{1,5} " + TITLE,
    "$randomCountry": r".*[A-Za-z].*",
    "$randomCountryCode": r"[A-Z]{2}",
    "$randomLatitude": r"-?\d{1,2}\.\d{4}",
    "$randomLongitude": r"-?\d{1,3}\.\d{4}",
    "$randomColor": r"[a-z ]+",
    "$randomProductName": r"[A-Z]\w+ [A-Z]\w+ [A-Z]\w+",
    "$randomCompanyName": TITLE,
    "$randomCatchPhrase": r"\S+ .+ \S+",
    "$randomBs": r"\S+ .+ \S+",
    "$randomDatePast": ISO,
    "$randomDateFuture": ISO,
    "$randomDateRecent": ISO,
    "$randomWeekday": r"[A-Z][a-z]+day",
    "$randomBankAccount": r"\d{8}",
    "$randomBankAccountName": r"[A-Z][\w ]+ Account",
    "$randomCreditCardMask": r"\d{4}",
    "$randomPrice": r"\d{1,4}\.\d\d",
    "$randomCurrencyCode": r"[A-Z]{3}",
    "$randomBitcoin": r"[13][1-9A-HJ-NP-Za-km-z]{25,33}",
    "$randomBankAccountIban": r"[A-Z]{2}\d{13,29}",
    "$randomBankAccountBic": r"[A-Z]{7}1(\d{3})?",
    "$randomAbbreviation": r"[A-Z]{2,4}",
    "$randomPhrase": r"[A-Z].*!",
    "$randomAvatarImage": r"https://cdn\.fakercloud\.com/avatars/\w+_128\.jpg",
    "$randomImageUrl": IMAGE,
    "$randomCatsImage": IMAGE + "/cats",
    "$randomImageDataUri": r"data:image/svg\+xml;charset=UTF-8,%3Csvg[\w%.-]+%3E",
    "$randomEmail": USER + r"@(gmail|yahoo|hotmail)\.com",
    "$randomExampleEmail": USER + r"@example\.(com|net|org)",
    "$randomUserName": USER,
    "$randomProtocol": r"https?",
    "$randomUrl": r"https?://" + DOMAIN,
    "$randomDomainName": DOMAIN,
    "$randomDomainWord": WORD,
    "$randomIP": r"(\d{1,3}\.){3}\d{1,3}",
    "$randomIPV6": r"([0-9a-f]{4}:){7}[0-9a-f]{4}",
    "$randomUserAgent": r"(Mozilla|Opera)/.+",
    "$randomHexColor": r"#[0-9a-f]{6}",
    "$randomMACAddress": r"([0-9a-f]{2}:){5}[0-9a-f]{2}",
    "$randomPassword": r"\w{15}",
    "$randomLoremWord": WORD,
    "$randomLoremWords": r"[a-z]+ [a-z]+ [a-z]+",
    "$randomLoremSentence": SENTENCE,
    "$randomLoremSlug": r"[a-z]+-[a-z]+-[a-z]+",
    "$randomLoremSentences": rf"{SENTENCE}( {SENTENCE}){{1,5}}",
    "$randomLoremParagraph": rf"{SENTENCE}( {SENTENCE}){{2,5}}",
    "$randomLoremParagraphs": r"[^\r]+\n \r[^\r]+\n \r[^\r]+",
    "$randomLoremLines": rf"{SENTENCE}(\n{SENTENCE}){{0,4}}",
    "$randomFirstName": r"[A-Z]\w+",
    "$randomFullName": r"[A-Z]\w+ [A-Z][\w']+",
    "$randomJobTitle": r"[A-Z]\w+ [A-Z]\w+ [A-Z]\w+",
    "$randomUUID": UUID,
    "$randomBoolean": r"true|false",
    "$randomAlphaNumeric": r"[0-9a-z]",
    "$randomFileName": FILE,
    "$randomCommonFileName": FILE,
    "$randomMimeType": r"[a-z]+/[\w.+-]+",
    "$randomSemver": r"\d\.\d\.\d",
}


def source(seed=1):
    return DynamicValues(random.Random(seed), SteppingClock(NOW))


@pytest.mark.parametrize("name", GENERATORS)
def test_formats_are_those_of_the_sdk(name):
    values = source()
    pattern = re.compile(FORMATS.get(name, r"\S(.|\n)*"))
    for _ in range(30):
        drawn = values.draw(name)
        assert drawn is not None
        assert pattern.fullmatch(drawn), drawn


def test_all_formats_belong_to_a_name():
    assert set(FORMATS) <= set(GENERATORS)
    assert len(GENERATORS) == 118
    assert source().draw("$nope") is None


def test_timestamps_come_from_the_clock():
    values = source()
    assert values.draw("$timestamp") == "1700000000"
    assert values.draw("$timestamp") == "1700000001"  # rounded up, a millisecond later
    assert values.draw("$isoTimestamp") == "2023-11-14T22:13:20.501Z"
    assert iso(0) == "1970-01-01T00:00:00.000Z"


def test_dates_lie_where_their_names_say():
    values = source()
    now = iso(NOW)
    for _ in range(50):
        past, recent, future = (values.draw(f"$randomDate{when}") for when in ("Past", "Recent", "Future"))
        assert "2022-11-14" <= past < now
        assert "2023-11-13" <= recent < now
        assert now < future < "2024-11-14"


def test_ibans_have_right_check_digits():
    values = source()
    for _ in range(30):
        iban = values.draw("$randomBankAccountIban")
        assert int("".join(str(int(char, 36)) for char in iban[4:] + iban[:4])) % 97 == 1


def test_integers_reach_both_ends():
    values = source()
    drawn = Counter(int(values.draw("$randomInt")) for _ in range(20_000))
    assert min(drawn) == 0
    assert max(drawn) == 1000


def test_faker_is_only_imported_where_it_is_needed():
    code = (
        "import sys, random; from harness.variables.dynamic import DynamicValues;"
        "from harness.variables.draws import SystemClock;"
        "values = DynamicValues(random.Random(1), SystemClock()); values.draw('$guid');"
        "assert 'faker' not in sys.modules; values.draw('$randomCity'); assert 'faker' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
