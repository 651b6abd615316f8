from django.urls import path

from intake import comparing, views

app_name = "intake"
urlpatterns = [
    path("imports/", views.imports, name="imports"),
    path("imports/<int:import_id>/", views.one_import, name="import"),
    path("imports/<int:import_id>/progress/", views.progress, name="progress"),
    path("imports/<int:import_id>/columns/", views.columns, name="columns"),
    path("imports/<int:import_id>/layout/", views.layout, name="layout"),
    path("imports/<int:import_id>/where/", views.where, name="where"),
    path("imports/<int:import_id>/alike/", comparing.alike, name="alike"),
    path("imports/<int:import_id>/rows/", comparing.rows, name="rows"),
    path("imports/<int:import_id>/take/", views.apply_good_rows, name="take"),
    path("imports/<int:import_id>/stop/", views.stop, name="stop"),
    path("imports/<int:import_id>/undo/", views.undo, name="undo"),
    path("imports/<int:import_id>/undo/preview/", views.undo_preview, name="undo_preview"),
    path("imports/<int:import_id>/report/", views.report, name="report"),
]
