from django.urls import path

from accounts.customers.views.panels import panel_page
from contacts.consent import views as preferences
from contacts.memory.views import complaints, contact, meeting_guest, meetings, planning
from contacts.pages import duplicates, leaving, people, standing
from contacts.pages.panels import why_now_later, why_now_panel
from contacts.people import views as vehicles
from contacts.today.views import correcting, tasks
from contacts.today.views import day as today

app_name = "contacts"
urlpatterns = [
    path("companies/<int:company_id>/log/", contact.log, name="log"),
    path("companies/<int:company_id>/timeline/", contact.company_timeline, name="company_timeline"),
    path("companies/<int:company_id>/why-now/", panel_page(why_now_panel, why_now_later), name="company_why_now"),
    path("companies/<int:company_id>/people/new/", people.person_new, name="person_new"),
    path("companies/<int:company_id>/standing/<str:axis>/", standing.decide, name="standing"),
    path("companies/<int:company_id>/standing/<str:axis>/rule/", standing.leave_to_rule, name="standing_to_rule"),
    path("people/", people.PersonList.as_view(), name="people"),
    path("people/<int:person_id>/", people.person, name="person"),
    path("people/<int:person_id>/edit/", people.person_edit, name="person_edit"),
    path("people/<int:person_id>/forget/", leaving.forget, name="person_forget"),
    path("people/<int:person_id>/timeline/", contact.person_timeline, name="person_timeline"),
    path("people/<int:person_id>/roles/new/", people.role_new, name="role_new"),
    path("people/<int:person_id>/addresses/new/", people.address_new, name="address_new"),
    path("people/<int:person_id>/consents/new/", people.consent_new, name="consent_new"),
    path("decision-makers/<int:decision_maker_id>/edit/", people.decision_maker_edit, name="decision_maker_edit"),
    path("decision-makers/<int:decision_maker_id>/move/", leaving.decision_maker_move, name="decision_maker_move"),
    path("users/<int:vehicle_user_id>/move/", leaving.vehicle_user_move, name="user_move"),
    path("drivers/<int:driver_id>/move/", leaving.driver_move, name="driver_move"),
    path("users/<int:vehicle_user_id>/edit/", people.vehicle_user_edit, name="user_edit"),
    path("drivers/<int:driver_id>/edit/", people.driver_edit, name="driver_edit"),
    path("addresses/<int:address_id>/edit/", people.address_edit, name="address_edit"),
    path("vehicles/<int:vehicle_id>/holder/", vehicles.holder_new, name="holder_new"),
    path("vehicles/<int:vehicle_id>/drivers/new/", vehicles.drive_new, name="drive_new"),
    path("drives/<int:drive_id>/end/", vehicles.drive_end, name="drive_end"),
    path("today/", today.today, name="today"),
    path("today/<int:reason_id>/asked/", today.asked, name="today_asked"),
    path("today/<int:reason_id>/reached/", today.reached, name="today_reached"),
    path("today/<int:reason_id>/not-reached/", today.not_reached, name="today_not_reached"),
    path("today/<int:reason_id>/written/", today.written, name="today_written"),
    path("today/<int:reason_id>/plan/", today.plan, name="today_plan"),
    path("today/<int:reason_id>/not-now/", today.not_now, name="today_not_now"),
    path("today/<int:reason_id>/give/", today.give, name="today_give"),
    path("today/undo/<int:decision_id>/", today.undo, name="undo"),
    path("interactions/<int:interaction_id>/correct/", correcting.correct, name="interaction_correct"),
    path("interactions/<int:interaction_id>/withdraw/", correcting.withdraw, name="interaction_withdraw"),
    path("tasks/", tasks.tasks, name="tasks"),
    path("tasks/new/", planning.task_about, name="task_about"),
    path("companies/<int:company_id>/tasks/new/", planning.task_new, name="task_new"),
    path("companies/<int:company_id>/note/", planning.note_new, name="note_new"),
    path("tasks/<int:task_id>/close/", tasks.task_close, name="task_close"),
    path("tasks/<int:task_id>/reopen/", tasks.task_reopen, name="task_reopen"),
    path("complaints/<int:complaint_id>/answer/", complaints.answer, name="complaint_answer"),
    path("meetings/", meetings.MeetingList.as_view(), name="meetings"),
    path("meetings/new/<int:company_id>/", meetings.new, name="meeting_new"),
    path("meetings/<int:meeting_id>/", meetings.meeting, name="meeting"),
    path("meetings/<int:meeting_id>/times/", meetings.times, name="meeting_times"),
    path("meetings/<int:meeting_id>/fix/", meetings.fix, name="meeting_fix"),
    path("meetings/<int:meeting_id>/held/", meetings.hold, name="meeting_hold"),
    path("meetings/<int:meeting_id>/cancel/", meetings.cancel, name="meeting_cancel"),
    path("meeting/<str:token>/", meeting_guest.choose, name="meeting_link"),
    path("meeting/<str:token>/meeting.ics", meeting_guest.calendar, name="meeting_calendar"),
    path("preferences/<str:token>/", preferences.preferences, name="preferences"),
    path("preferences/<str:token>/stop/", preferences.stop_all, name="preferences_stop"),
    path("duplicates/", duplicates.PersonPairList.as_view(), name="duplicates"),
    path("duplicates/people/<int:person_pair_id>/apart/", duplicates.people_apart, name="people_apart"),
    path("duplicates/people/<int:person_pair_id>/again/", duplicates.people_again, name="people_again"),
    path("duplicates/companies/", duplicates.CompanyPairList.as_view(), name="company_duplicates"),
    path("duplicates/companies/<int:company_pair_id>/apart/", duplicates.companies_apart, name="companies_apart"),
    path("duplicates/companies/<int:company_pair_id>/again/", duplicates.companies_again, name="companies_again"),
]
