from django.urls import path

from fleetportal.core.web import export_jobs, health, letters, look, mailbox, security_txt, view_pages

app_name = "core"
urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path(".well-known/security.txt", security_txt.security_txt, name="security_txt"),
    path("theme/", look.theme, name="theme"),
    path("language/", look.language, name="language"),
    path("exports/<int:job_id>/", export_jobs.export, name="export"),
    path("exports/<int:job_id>/file/", export_jobs.export_file, name="export_file"),
    path("views/keep/", view_pages.keep, name="view_keep"),
    path("views/drop/", view_pages.drop, name="view_drop"),
    path("mailbox/", mailbox.mailbox, name="mailbox"),
    path("mailbox/<int:message_id>/", mailbox.message, name="message"),
    path("mailbox/<int:message_id>/letter/", mailbox.message_html, name="message_html"),
    path("mailbox/<int:message_id>/files/<int:number>/", mailbox.message_file, name="message_file"),
    path("messages/", mailbox.trouble, name="trouble"),
    path("messages/letters/", letters.letters, name="letters"),
    path("messages/letters/waiting.pdf", letters.letters_pdf, name="letters_pdf"),
    path("messages/letters/printed/", letters.letters_printed, name="letters_printed"),
    path("messages/letters/<int:letter_id>.pdf", letters.letter_pdf, name="letter_pdf"),
    path("messages/again/", mailbox.send_all_again, name="send_all_again"),
    path("messages/line/", mailbox.try_line, name="try_line"),
    path("messages/<int:message_id>/again/", mailbox.send_again, name="send_again"),
]
