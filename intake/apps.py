from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IntakeConfig(AppConfig):
    name = "intake"
    verbose_name = _("Imports")

    def ready(self) -> None:
        from fleetportal.core.web.pages import NavigationEntry, navigation  # noqa: PLC0415  models are loaded only now
        from intake.actions import keep  # noqa: PLC0415
        from intake.nouns import company, person, service_visit, vehicle  # noqa: PLC0415
        from intake.nouns.registry import register  # noqa: PLC0415

        navigation.register("imports", NavigationEntry(_("Imports"), "upload", "intake:imports", "serve_customers", group=2), weight=80)
        for weight, noun in enumerate((company.NOUN, vehicle.NOUN, person.NOUN, service_visit.NOUN)):
            register(noun, weight=weight)
        keep.register()
