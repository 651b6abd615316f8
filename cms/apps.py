from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from fleetportal.core.outbox.foot import feet
from fleetportal.core.web.brand import brands


class CmsConfig(AppConfig):
    name = "cms"
    verbose_name = _("Pages")

    def ready(self) -> None:
        from accounts.staff.actions.roles import grants_beside  # noqa: PLC0415  models are loaded only now
        from cms.branding import house_brand, legal_foot  # noqa: PLC0415
        from cms.landing import landing_for_guests, landing_page, let_write, make_landing_page  # noqa: PLC0415
        from cms.publishing import publish_scheduled  # noqa: PLC0415
        from events import landing  # noqa: PLC0415
        from fleetportal.core.jobs.minutes import each_minute  # noqa: PLC0415
        from fleetportal.core.web.pages import NavigationEntry, navigation  # noqa: PLC0415

        navigation.register("cms", NavigationEntry(_("Web pages"), "world-www", "wagtailadmin_home", "edit_pages", group=9), weight=930)
        brands.register("cms", house_brand)
        feet.register("cms", legal_foot)
        each_minute.register("cms", publish_scheduled)
        landing.pages.register("cms", landing_page)
        landing.pages_for_guests.register("cms", landing_for_guests)
        landing.makers.register("cms", make_landing_page)
        grants_beside.register("cms", let_write)
