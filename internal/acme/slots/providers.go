package slots

import (
	"net/http"
	"slices"
	"strings"

	"timeslots/internal/acme/wire"
	"timeslots/internal/acme/world"
)

// providerRef is an element of the list of providers (docs/dexcare.md §5.1).
type providerRef struct {
	System string `json:"system"`
	NPI    string `json:"npi"`
}

// providerDoc is a provider's own page (docs/dexcare.md §5.2). Optional fields are null or absent, as upstream has it.
type providerDoc struct {
	NPI         string               `json:"providerNationalId"`
	Name        string               `json:"name"`
	Credentials *string              `json:"credentials"`
	MinAge      *int                 `json:"minAge,omitempty"`
	MaxAge      *int                 `json:"maxAge"`
	Brand       string               `json:"brand"`
	IsActive    any                  `json:"isActive"`
	Departments []providerDepartment `json:"departments"`
	VisitTypes  []providerVisitType  `json:"visitTypes"`
}

type providerDepartment struct {
	DepartmentID string        `json:"departmentId"`
	EpicInstance string        `json:"epicInstanceName"`
	Name         string        `json:"name"`
	Center       *string       `json:"center"`
	Phone        string        `json:"phone"`
	Address      world.Address `json:"address"`
}

type providerVisitType struct {
	VisitTypeID string  `json:"visitTypeId"`
	Name        string  `json:"name"`
	ShortName   string  `json:"shortName"`
	Description *string `json:"description"`
}

// providers lists everybody. The prose about excludeInactive contradicts its name; here it does what it says.
func (h *Handlers) providers(q *wire.Request) wire.Answer {
	out := []providerRef{}
	for _, c := range h.Clinicians {
		switch {
		case q.Flag("excludeInactive", false) && !c.Home.Active:
		case q.Flag("acceptingNewPatients", false) && !takesNewPatients(c):
		default:
			out = append(out, providerRef{c.Home.EHR.System, c.NPI})
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

func (h *Handlers) describeProvider(c *world.Clinician) providerDoc {
	doc := providerDoc{
		NPI: c.NPI, Name: c.Name, Credentials: c.Credentials, Brand: c.Home.Brand, IsActive: h.boolean(c.Home.Active),
		Departments: []providerDepartment{}, VisitTypes: []providerVisitType{},
	}
	if adult := 18; c.Number%3 == 1 && !c.Pool {
		doc.MinAge = &adult
	}
	for _, d := range c.Departments() {
		doc.Departments = append(doc.Departments, providerDepartment{
			DepartmentID: d.ID, EpicInstance: d.EHR.System, Name: d.Name, Phone: d.Phone, Address: d.Address,
		})
	}
	for _, v := range c.VisitTypes() {
		seen := providerVisitType{VisitTypeID: v.ID, Name: v.Title, ShortName: v.Name}
		if v.Name == "NewPatient" {
			text := "First visit with this provider"
			seen.Description = &text
		}
		doc.VisitTypes = append(doc.VisitTypes, seen)
	}
	return doc
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
