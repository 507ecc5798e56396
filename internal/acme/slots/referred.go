package slots

import "timeslots/internal/acme/world"

// referred is a provider as Care Options describes it; emrId and specialties are absent for some.
type referred struct {
	EMRID       string    `json:"emrId,omitempty"`
	Name        string    `json:"name"`
	Gender      *string   `json:"gender"`
	Specialties *[]string `json:"specialties,omitempty"`
}

func referredProvider(c *world.Clinician) referred {
	out := referred{Name: c.Name}
	if c.Gender != "" {
		out.Gender = &c.Gender
	}
	if c.Number%5 != 4 {
		out.EMRID = c.Offers[0].Schedules[0].Person.EMRID
	}
	if c.Number%7 != 5 && c.Specialties != nil {
		out.Specialties = &c.Specialties
	}
	return out
}

// referredPlace is a department as Care Options describes it.
type referredPlace struct {
	UUID        string        `json:"departmentUuid"`
	EMRID       string        `json:"departmentEmrId"`
	EHRInstance string        `json:"ehrInstance"`
	Name        string        `json:"departmentName"`
	Distance    float64       `json:"distanceFrom"`
	Timezone    *string       `json:"timezone"`
	ClinicType  string        `json:"clinicType"`
	Address     placedAddress `json:"address"`
}

// placedAddress spells the postal code twice, as upstream does.
type placedAddress struct {
	Line1      string  `json:"line1"`
	Line2      string  `json:"line2"`
	City       string  `json:"city"`
	State      string  `json:"state"`
	ZipCode    string  `json:"zipCode"`
	PostalCode string  `json:"postalCode"`
	Latitude   float64 `json:"latitude"`
	Longitude  float64 `json:"longitude"`
}

func referredDepartment(d *world.Department, miles float64) referredPlace {
	a := d.Address
	return referredPlace{
		UUID: d.UUID, EMRID: d.ID, EHRInstance: d.EHR.System, Name: d.Name, Distance: roundMiles(miles),
		Timezone: d.ZoneText, ClinicType: d.ClinicType,
		Address: placedAddress{a.Line1, a.Line2, a.City, a.State, a.PostalCode, a.PostalCode, d.Shown.Latitude, d.Shown.Longitude},
	}
}
