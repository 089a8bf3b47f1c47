"""What people type, as we keep it: telephone numbers in one form, text without what only harms."""

import re
import unicodedata

import phonenumbers
from phonenumbers import PhoneNumberType

INDIA = 91
MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
# They change how the text around them reads, in the inbox and in exports.
DIRECTIONS = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])

BLANK = "\u115f\u1160\u3164\uffa0"  # letters by their category, and nothing on the page


def indian_mobile(typed: str) -> str | None:
    """`+919876543210` for any usual way of writing an Indian mobile number, else None."""
    try:
        number = phonenumbers.parse(typed[:40], "IN")
    except phonenumbers.NumberParseException:
        return None
    # Between 0 and the number some write the country code as well, which is then read as part of it.
    digits = str(number.national_number)
    if number.country_code == INDIA and len(digits) == 12 and digits.startswith("91"):
        number.national_number = int(digits[2:])
    return in_one_form(number) if is_indian_mobile(number) else None


def is_indian_mobile(number) -> bool:
    return (
        number.country_code == INDIA
        and not number.extension
        and phonenumbers.is_valid_number(number)
        and phonenumbers.number_type(number) in MOBILE
    )


def in_one_form(number) -> str:
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def tidy(typed: str) -> str:
    """One line: composed characters, single spaces, no control characters."""
    return re.sub(r"\s+", " ", tidy_lines(typed)).strip()


def says_something(text: str) -> bool:
    """Has a letter or a digit that can be seen: not only dots, or signs that leave no mark."""
    return any(sign.isalnum() and sign not in BLANK for sign in text)


def tidy_lines(typed: str) -> str:
    text = unicodedata.normalize("NFC", typed.replace("\r\n", "\n").replace("\r", "\n"))
    kept = (sign for sign in text.translate(DIRECTIONS) if sign in "\n\t" or unicodedata.category(sign) != "Cc")
    return "".join(kept).strip()
