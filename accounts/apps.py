from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Companies and users")

    def ready(self) -> None:
        from accounts import showing  # noqa: PLC0415  models are loaded only now

        showing.register()
