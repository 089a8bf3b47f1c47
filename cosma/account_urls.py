"""The pages of staff accounts that staff need, and no others of those that allauth has."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from django.conf import settings
from django.urls import path, re_path
from django.views.decorators.cache import never_cache
from django.views.generic import RedirectView


def page(route: str, view, name: str):
    """Some of them show secrets: no browser keeps a copy of any."""
    return path(route, never_cache(view), name=name)


urlpatterns = [
    path("", RedirectView.as_view(pattern_name="mfa_index")),
    page("login/", account.login, "account_login"),
    page("logout/", account.logout, "account_logout"),
    page("signup/", account.signup, "account_signup"),
    page("inactive/", account.account_inactive, "account_inactive"),
    page("reauthenticate/", account.reauthenticate, "account_reauthenticate"),
    page("password/change/", account.password_change, "account_change_password"),
    page("2fa/", mfa.index, "mfa_index"),
    page("2fa/authenticate/", mfa.authenticate, "mfa_authenticate"),
    page("2fa/reauthenticate/", mfa.reauthenticate, "mfa_reauthenticate"),
    page("2fa/totp/activate/", totp.activate_totp, "mfa_activate_totp"),
    page("2fa/totp/deactivate/", totp.deactivate_totp, "mfa_deactivate_totp"),
    page("2fa/recovery-codes/", recovery_codes.view_recovery_codes, "mfa_view_recovery_codes"),
    page("2fa/recovery-codes/generate/", recovery_codes.generate_recovery_codes, "mfa_generate_recovery_codes"),
    page("2fa/recovery-codes/download/", recovery_codes.download_recovery_codes, "mfa_download_recovery_codes"),
]
if settings.MAIL_IS_SENT:
    urlpatterns += [
        page("password/reset/", account.password_reset, "account_reset_password"),
        page("password/reset/done/", account.password_reset_done, "account_reset_password_done"),
        page("password/reset/key/done/", account.password_reset_from_key_done, "account_reset_password_from_key_done"),
        # The key holds hyphens itself, which a path converter cannot tell from the one before it.
        re_path(
            r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
            never_cache(account.password_reset_from_key),
            name="account_reset_password_from_key",
        ),
    ]
