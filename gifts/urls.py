from django.urls import path

from fleetportal.core.web import keeping
from gifts.views import claiming, counter, door, giving, programmes, received

app_name = "gifts"
urlpatterns = [
    path("vouchers/", programmes.ProgrammeList.as_view(), name="programmes"),
    path("vouchers/new/", programmes.programme_new, name="programme_new"),
    path("vouchers/redeem/", door.redeem, name="redeem"),
    path("vouchers/redemptions/<int:redemption_id>/undo/", door.undo, name="undo_redemption"),
    path("vouchers/redemptions/<int:redemption_id>/undo-at-once/", door.undo_slip, name="undo_slip"),
    path("vouchers/counter/", counter.counter, name="counter"),
    path("vouchers/counter/<int:person_id>/", counter.counter_person, name="counter_person"),
    path("vouchers/counter/<int:person_id>/claim/", counter.claim_on_behalf, name="claim_on_behalf"),
    path("vouchers/drivers/", counter.drivers, name="drivers"),
    path("vouchers/drivers/<int:person_id>/", counter.driver_confirm, name="driver_confirm"),
    path("vouchers/<int:programme_id>/", programmes.programme, name="programme"),
    path("vouchers/<int:programme_id>/edit/", programmes.programme_edit, name="programme_edit"),
    path("vouchers/<int:programme_id>/issue/", programmes.issue, name="issue"),
    path("vouchers/cards/<int:issue_id>.pdf", programmes.cards, name="cards"),
    path("vouchers/one/<int:voucher_id>/", programmes.voucher, name="voucher"),
    path("vouchers/one/<int:voucher_id>/withdraw/", programmes.revoke, name="revoke"),
    path("gifts/", giving.gifts, name="gifts"),
    path("gifts/new/", giving.gift_new, name="gift_new"),
    path("gifts/receive/", giving.receive, name="receive"),
    path("gifts/hand-out/<int:person_id>/", giving.hand_out, name="hand_out"),
    path("gifts/hand-outs/<int:hand_out_id>/undo/", giving.undo, name="undo_hand_out"),
    path("gifts/people/<int:person_id>/", received.person, name="person"),
    path("gifts/companies/<int:company_id>/", received.company, name="company"),
    path("claim/<str:token>/", claiming.claim, name="claim"),
    path("claim/code/<str:token>/", claiming.code, name="code"),
    path("voucher/keeper.js", keeping.keeper, name="keeper"),
    path("voucher/<str:token>/", claiming.voucher, name="voucher_link"),
    path("voucher/<str:token>/back/", claiming.give_back, name="give_back"),
    path("voucher/<str:token>/voucher.pdf", claiming.voucher_pdf, name="voucher_pdf"),
]
