from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Demo data. It may import every app; no app may import it."""

    name = "demo"
    label = "demo"

    def ready(self) -> None:
        from accounts.staff.hints import hints  # noqa: PLC0415  models are loaded only now
        from demo.staff import who_can_sign_in  # noqa: PLC0415

        hints.register("demo", who_can_sign_in)
