from django.urls import include, path

from fleetportal.core.web import keeping
from gifts.views import claiming, counter, door, giving, programmes, received

app_name = "gifts"
urlpatterns = [
    path(
        "vouchers/",
        include(
            [
                path("", programmes.ProgrammeList.as_view(), name="programmes"),
                path("new/", programmes.programme_new, name="programme_new"),
                path("redeem/", door.redeem, name="redeem"),
                path("redemptions/<int:redemption_id>/undo/", door.undo, name="undo_redemption"),
                path("redemptions/<int:redemption_id>/undo-at-once/", door.undo_slip, name="undo_slip"),
                path("counter/", counter.counter, name="counter"),
                path("counter/<int:person_id>/", counter.counter_person, name="counter_person"),
                path("counter/<int:person_id>/claim/", counter.claim_on_behalf, name="claim_on_behalf"),
                path("drivers/", counter.drivers, name="drivers"),
                path("drivers/<int:person_id>/", counter.driver_confirm, name="driver_confirm"),
                path("<int:programme_id>/", programmes.programme, name="programme"),
                path("<int:programme_id>/edit/", programmes.programme_edit, name="programme_edit"),
                path("<int:programme_id>/issue/", programmes.issue, name="issue"),
                path("cards/<int:issue_id>.pdf", programmes.cards, name="cards"),
                path("one/<int:voucher_id>/", programmes.voucher, name="voucher"),
                path("one/<int:voucher_id>/withdraw/", programmes.revoke, name="revoke"),
            ]
        ),
    ),
    path(
        "gifts/",
        include(
            [
                path("", giving.gifts, name="gifts"),
                path("new/", giving.gift_new, name="gift_new"),
                path("receive/", giving.receive, name="receive"),
                path("hand-out/<int:person_id>/", giving.hand_out, name="hand_out"),
                path("hand-outs/<int:hand_out_id>/undo/", giving.undo, name="undo_hand_out"),
                path("people/<int:person_id>/", received.person, name="person"),
                path("companies/<int:company_id>/", received.company, name="company"),
            ]
        ),
    ),
    path("claim/<str:token>/", claiming.claim, name="claim"),
    path("claim/code/<str:token>/", claiming.code, name="code"),
    path("voucher/keeper.js", keeping.keeper, name="keeper"),
    path("voucher/<str:token>/", claiming.voucher, name="voucher_link"),
    path("voucher/<str:token>/back/", claiming.give_back, name="give_back"),
    path("voucher/<str:token>/voucher.pdf", claiming.voucher_pdf, name="voucher_pdf"),
]
