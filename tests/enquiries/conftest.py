from tests.enquiries.patient import open_for_enquiries
from tests.shelf import shelved


@shelved
def clinic():
    """Open for enquiries."""
    return open_for_enquiries()
