package slots

import (
	"encoding/json"

	"timeslots/internal/acme/wire"
	"timeslots/internal/acme/world"
)

// referredProvider is a provider as Care Options describes it; emrId and specialties are absent for some.
func referredProvider(c *world.Clinician) json.RawMessage {
	id := wire.Absent
	if c.Number%5 != 4 {
		id = c.Offers[0].Schedules[0].Person.EMRID
	}
	return wire.Object("emrId", id, "name", c.Name, "gender", genderOf(c), "specialties", specialtiesOf(c))
}

// genderOf is null where it is not known.
func genderOf(c *world.Clinician) any {
	if c.Gender == "" {
		return nil
	}
	return c.Gender
}

func specialtiesOf(c *world.Clinician) any {
	if c.Number%7 == 5 || c.Specialties == nil {
		return wire.Absent
	}
	return c.Specialties
}

// referredDepartment is a department as Care Options describes it.
func referredDepartment(d *world.Department, miles float64) json.RawMessage {
	at := addressOf(d, "latitude", d.Shown.Latitude, "longitude", d.Shown.Longitude)
	return wire.Object("departmentUuid", d.UUID, "departmentEmrId", d.ID, "ehrInstance", d.EHR.System, "departmentName", d.Name,
		"distanceFrom", roundMiles(miles), "timezone", d.ZoneText, "clinicType", d.ClinicType, "address", at)
}

// addressOf spells the postal code twice, as upstream does; the GET has coordinates, too.
func addressOf(d *world.Department, more ...any) json.RawMessage {
	a := d.Address
	return wire.Object(append([]any{"line1", a.Line1, "line2", a.Line2, "city", a.City, "state", a.State,
		"zipCode", a.PostalCode, "postalCode", a.PostalCode}, more...)...)
}
