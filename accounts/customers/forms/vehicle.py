"""The form of a vehicle."""

from datetime import date, timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.customers.models.company import Company
from accounts.customers.models.vehicle import CONTRACT_AHEAD, DELIVERY_AHEAD, FIRST_DELIVERY, Vehicle, fold_plate
from fleetportal.core.web.forms import DayField, RowForm

VIN_LETTERS = frozenset("ABCDEFGHJKLMNPRSTUVWXYZ0123456789")


class VehicleForm(RowForm):
    """Validates the values; `Vehicle.enter` and `Vehicle.edit` decide."""

    vin = forms.CharField(label=_("VIN"), max_length=40, required=False)

    class Meta:
        model = Vehicle
        fields = (
            "plate", "vin", "make", "model", "powertrain", "use", "delivered_on", "contract", "contract_ends_on", "mileage_km",
            "given_back_on",
        )  # fmt: skip
        widgets = {"use": forms.RadioSelect}
        field_classes = {"delivered_on": DayField, "contract_ends_on": DayField, "given_back_on": DayField}
        help_texts = {"use": _("Personal: one user has the vehicle, also for private use. Functional: the drivers change.")}

    def __init__(self, *args: object, company: Company, vehicle: Vehicle | None = None, **kwargs: object) -> None:
        super().__init__(*args, instance=vehicle, **kwargs)
        self.company, self.original = company, vehicle
        self.fields["use"].label = _("Kind")
        if vehicle is None:
            del self.fields["given_back_on"]

    def clean_vin(self) -> str:
        vin = "".join(self.cleaned_data["vin"].upper().split())
        if vin and not (11 <= len(vin) <= 17 and VIN_LETTERS.issuperset(vin)):
            raise forms.ValidationError(
                _("Enter a VIN of 17 letters and digits, for old vehicles and trailers at least 11; it never contains I, O or Q.")
            )
        return vin

    def clean(self) -> dict[str, object]:
        values = super().clean() or {}
        if not any(values.get(name) for name in ("plate", "vin", "model")):
            self.add_error("plate", _("Enter a plate, VIN or model so we can identify the vehicle."))
        self.refuse_slip("delivered_on", DELIVERY_AHEAD)
        self.refuse_slip("contract_ends_on", CONTRACT_AHEAD)
        delivered, ends = values.get("delivered_on"), values.get("contract_ends_on")
        if delivered and ends and ends < delivered:
            self.add_error("contract_ends_on", _("The contract can’t end before the delivery."))
        if back := values.get("given_back_on"):
            self.refuse_return(back, delivered)
        else:
            self.refuse_twins(values)
        return values

    def refuse_slip(self, name: str, ahead: timedelta) -> None:
        """A day in another century is a slip of the keyboard; one that was stored before and isn’t changed stays."""
        day = self.cleaned_data.get(name)
        if day is None or name not in self.changed_data:
            return
        if day < FIRST_DELIVERY:
            self.add_error(name, _("This day is too long ago. Check the year."))
        elif day > timezone.localdate() + ahead:
            self.add_error(name, _("This day is too far ahead. Check the year."))

    def refuse_return(self, back: date, delivered: date | None) -> None:
        """A vehicle is returned on a day gone by, and not before it was delivered."""
        if back > timezone.localdate():
            self.add_error("given_back_on", _("This day is in the future: until then the vehicle is here. Enter it as the contract end."))
        elif delivered and back < delivered:
            self.add_error("given_back_on", _("The vehicle can’t be returned before its delivery."))

    def refuse_twins(self, values: dict[str, object]) -> None:
        """Plate and VIN are unique within a company; vehicles of other companies are not revealed."""
        others = self.company.vehicles.active()
        if self.original:
            others = others.exclude(pk=self.original.pk)
        if values.get("plate") and others.filter(plate_folded=fold_plate(values["plate"])).exists():
            self.add_error("plate", _("%s already has a vehicle with this plate.") % self.company)
        if values.get("vin") and others.filter(vin=values["vin"]).exists():
            self.add_error("vin", _("%s already has a vehicle with this VIN.") % self.company)
