"""Enquiries as a workbook or as comma-separated values, in which no cell can act as a formula."""

import csv
import io

from django.utils import timezone

from enquiries.models import Enquiry

HEADINGS = (
    "Reference",
    "Received",
    "State",
    "Assigned to",
    "Name",
    "Mobile number",
    "E-mail",
    "City",
    "Treatment",
    "Clinic",
    "Good time to call",
    "Message",
    "Notice",
    "Delete after",
)
# What a spreadsheet takes for the start of a formula; the wide forms are what Asian keyboards type.
STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")


def rows(enquiries):
    found = enquiries.select_related("clinic", "assigned_to", "notice").order_by("created_at")
    return [HEADINGS, *(cells(enquiry) for enquiry in found)]


def cells(enquiry: Enquiry) -> tuple[str, ...]:
    return (
        enquiry.reference,
        f"{timezone.localtime(enquiry.created_at):%Y-%m-%d %H:%M}",
        enquiry.get_state_display(),
        str(enquiry.assigned_to or ""),
        enquiry.name,
        enquiry.phone,
        enquiry.email,
        enquiry.city,
        enquiry.treatment_name,
        str(enquiry.clinic or ""),
        enquiry.get_call_time_display(),
        enquiry.message,
        enquiry.notice.version,
        str(enquiry.keep_until),
    )


def harmless(text: str) -> str:
    """A cell that a spreadsheet reads as text: an apostrophe in front of what could start a formula."""
    return f"'{text}" if text.lstrip(" \u00a0\u3000").startswith(STARTS_FORMULA) else text


def as_csv(table) -> bytes:
    page = io.StringIO()
    writer = csv.writer(page, quoting=csv.QUOTE_ALL)
    writer.writerows([harmless(cell) for cell in row] for row in table)
    return page.getvalue().encode("utf-8-sig")  # with the mark by which Excel knows UTF-8


def as_xlsx(table) -> bytes:
    import xlsxwriter  # large, and no other command or page needs it

    page = io.BytesIO()
    # Text that looks like a formula, a link or a number stays text.
    settings = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(page, settings) as book:
        sheet = book.add_worksheet("Enquiries")
        for down, row in enumerate(table):
            for across, cell in enumerate(row):
                sheet.write_string(down, across, cell)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(HEADINGS) - 1, 18)
    return page.getvalue()


FORMATS = {
    "xlsx": (as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "csv": (as_csv, "text/csv; charset=utf-8"),
}
