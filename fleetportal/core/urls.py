from django.urls import path

from fleetportal.core import export_jobs, look

app_name = "core"
urlpatterns = [
    path("theme/", look.theme, name="theme"),
    path("language/", look.language, name="language"),
    path("exports/<int:job_id>/", export_jobs.export, name="export"),
    path("exports/<int:job_id>/file/", export_jobs.export_file, name="export_file"),
]
