from allauth.account.adapter import DefaultAccountAdapter


class StaffAccountAdapter(DefaultAccountAdapter):
    """Accounts are made with `manage.py createstaff` or by a manager, never by signing up."""

    def is_open_for_signup(self, request):
        return False
