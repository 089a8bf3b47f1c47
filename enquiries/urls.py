from django.urls import path

from enquiries import views

urlpatterns = [
    path("", views.enquire, name="enquire"),
    path("thanks/", views.thanks, name="enquire-thanks"),
    path("withdraw/", views.withdraw, name="enquire-withdraw"),
    path("withdrawn/", views.withdrawn, name="enquire-withdrawn"),
]
