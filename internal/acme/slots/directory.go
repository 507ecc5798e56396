package slots

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"timeslots/internal/acme/wire"
	"timeslots/internal/acme/world"
)

// describeDepartment is a department of the directory (docs/dexcare.md §4.1).
func (h *Handlers) describeDepartment(d *world.Department, people []*world.Person, area any) json.RawMessage {
	var visits, days []json.RawMessage
	for _, v := range d.Visits {
		visits = append(visits, wire.Object("visitTypeId", v.ID, "name", v.Title, "shortName", v.Name,
			"minAge", v.MinAge, "maxAge", v.MaxAge, "ageUnit", v.AgeUnit))
	}
	for i := range d.Week {
		weekday := time.Weekday((i + 1) % 7) // from Monday
		if h := d.Week[weekday]; h != (world.Hours{}) {
			days = append(days, wire.Object("day", weekday.String(),
				"openHours", wire.Object("startTime", clockTime(h.Open), "endTime", clockTime(h.Close))))
		}
	}
	persons := []json.RawMessage{}
	for _, p := range people {
		persons = append(persons, wire.Object("providerId", p.ProviderID, "emrId", p.EMRID, "nationalId", p.NPI,
			"firstName", p.FirstName, "lastName", p.LastName, "title", nil, "credential", p.Credential))
	}
	return wire.Object("departmentId", d.ID, "urlName", d.URLName, "displayName", d.Name, "brandName", d.Brand,
		"clinicType", d.ClinicType, "isActive", h.boolean(d.Active), "ehrSystemName", d.EHR.System, "instanceId", d.EHR.InstanceID,
		"address", d.Address, "phone", d.Phone, "latitude", d.Shown.Latitude, "longitude", d.Shown.Longitude, "timezone", d.ZoneText,
		"smallImageUrl", "https://static.example.org/clinics/"+strings.ToLower(d.URLName)+"-small.jpg",
		"allowedVisitTypes", visits, "openDays", days, "providers", persons, "billingServiceArea", area)
}

// clockTime writes a minute of the day as "HH:mm:ss"; the end of the day is its last second.
func clockTime(minute int) string {
	if minute == world.MinutesPerDay {
		return "23:59:59"
	}
	return fmt.Sprintf("%02d:%02d:00", minute/60, minute%60)
}

// departmentsV1 is the older list, without the billing area.
func (h *Handlers) departmentsV1(q *wire.Request) wire.Answer {
	return h.listDepartments(q, func(*world.Department) any { return wire.Absent })
}

func (h *Handlers) departmentsV4(q *wire.Request) wire.Answer {
	return h.listDepartments(q, func(d *world.Department) any { return d.ServiceArea })
}

func (h *Handlers) listDepartments(q *wire.Request, area func(*world.Department) any) wire.Answer {
	clinicType := world.ClinicRetail
	if q.Has("clinicType") {
		clinicType = q.Get("clinicType")
	}
	out := []json.RawMessage{}
	for _, d := range h.Departments {
		switch {
		case q.Has("brand") && !strings.EqualFold(q.Get("brand"), h.Options.Brand()):
		case !strings.EqualFold(clinicType, d.ClinicType):
		case !d.Active && q.Flag("onlyActive", true):
		default:
			out = append(out, h.describeDepartment(d, nil, area(d)))
		}
	}
	return wire.JSON(http.StatusOK, out)
}

// departmentInfoV4 is one department, by slug or with byId by composite identifier (docs/dexcare.md §4.2).
func (h *Handlers) departmentInfoV4(q *wire.Request) wire.Answer {
	d := h.ByURLName[q.Args[0]]
	if q.Flag("byId", false) {
		d = h.ByKey[q.Args[0]]
	}
	return h.departmentInfo(q, d)
}

// departmentInfoV1 is the older form, by slug only.
func (h *Handlers) departmentInfoV1(q *wire.Request) wire.Answer {
	return h.departmentInfo(q, h.ByURLName[q.Args[0]])
}

func (h *Handlers) departmentInfo(q *wire.Request, d *world.Department) wire.Answer {
	if d == nil {
		return noSuchDepartment()
	}
	var people []*world.Person
	if q.Flag("withProviders", false) {
		people = h.People[d]
	}
	return wire.JSON(http.StatusOK, h.describeDepartment(d, people, d.ServiceArea))
}

func noSuchDepartment() wire.Answer {
	return wire.ErrorOnly(http.StatusNotFound, `The department with the given "urlName" was not found`)
}

// providers lists everybody (docs/dexcare.md §5.1). The prose about excludeInactive contradicts its name; here it does what it says.
func (h *Handlers) providers(q *wire.Request) wire.Answer {
	out := []json.RawMessage{}
	for _, c := range h.Clinicians {
		switch {
		case q.Flag("excludeInactive", false) && !c.Home.Active:
		case q.Flag("acceptingNewPatients", false) && !takesNewPatients(c):
		default:
			out = append(out, wire.Object("system", c.Home.EHR.System, "npi", c.NPI))
		}
	}
	return wire.JSON(http.StatusOK, out)
}

func takesNewPatients(c *world.Clinician) bool {
	return slices.ContainsFunc(c.Offers, func(o *world.Offer) bool { return o.VisitType.ForNew })
}

// providerInfo answers for "{npi}" and for "{ehrSystem}|{npi}" alike.
func (h *Handlers) providerInfo(q *wire.Request) wire.Answer {
	npi := q.Args[0]
	if _, after, ok := strings.Cut(npi, "|"); ok {
		npi = after
	}
	c := h.ByNPI[npi]
	if c == nil {
		return wire.MessageAndStatus(http.StatusNotFound, "Provider not found")
	}
	return wire.JSON(http.StatusOK, h.describeProvider(c))
}

// describeProvider is a provider's own page (docs/dexcare.md §5.2). Optional fields are null or absent, as upstream has it.
func (h *Handlers) describeProvider(c *world.Clinician) json.RawMessage {
	departments, visits, minAge := []json.RawMessage{}, []json.RawMessage{}, wire.Absent
	if c.Number%3 == 1 && !c.Pool {
		minAge = 18
	}
	for _, d := range c.Departments() {
		departments = append(departments, wire.Object("departmentId", d.ID, "epicInstanceName", d.EHR.System, "name", d.Name,
			"center", nil, "phone", d.Phone, "address", d.Address))
	}
	for _, v := range c.VisitTypes() {
		var description any
		if v.Name == "NewPatient" {
			description = "First visit with this provider"
		}
		visits = append(visits, wire.Object("visitTypeId", v.ID, "name", v.Title, "shortName", v.Name, "description", description))
	}
	return wire.Object("providerNationalId", c.NPI, "name", c.Name, "credentials", c.Credentials, "minAge", minAge, "maxAge", nil,
		"brand", c.Home.Brand, "isActive", h.boolean(c.Home.Active), "departments", departments, "visitTypes", visits)
}

// maxLookaheadDays is the largest of those asked for, and 0 for an instance or a visit type that the tenant does not
// have (docs/dexcare.md §5.6).
func (h *Handlers) maxLookaheadDays(q *wire.Request) wire.Answer {
	instance, visit := q.Get("epicInstanceName"), q.Get("visitTypeName")
	days := h.LongestLookahead(func(e *world.EHR, v *world.VisitType) bool {
		return (instance == "" || e.System == instance) && (visit == "" || v.Name == visit)
	})
	return wire.JSON(http.StatusOK, map[string]int{"maxLookaheadDays": days})
}
