from django.urls import path

from fleetportal.core import export_jobs, health, look

app_name = "core"
urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("theme/", look.theme, name="theme"),
    path("language/", look.language, name="language"),
    path("exports/<int:job_id>/", export_jobs.export, name="export"),
    path("exports/<int:job_id>/file/", export_jobs.export_file, name="export_file"),
]
