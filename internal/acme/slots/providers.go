package slots

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"timeslots/internal/acme/wire"
	"timeslots/internal/acme/world"
)

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
