package acme

import (
	"net/http"
	"slices"
	"strings"
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
	DepartmentID string  `json:"departmentId"`
	EpicInstance string  `json:"epicInstanceName"`
	Name         string  `json:"name"`
	Center       *string `json:"center"`
	Phone        string  `json:"phone"`
	Address      address `json:"address"`
}

type providerVisitType struct {
	VisitTypeID string  `json:"visitTypeId"`
	Name        string  `json:"name"`
	ShortName   string  `json:"shortName"`
	Description *string `json:"description"`
}

// providers lists everybody. The prose about excludeInactive contradicts its name; here it does what it says.
func (h *slotHandlers) providers(q *request) answer {
	out := []providerRef{}
	for _, c := range h.clinicians {
		switch {
		case q.flag("excludeInactive", false) && !c.home.active:
		case q.flag("acceptingNewPatients", false) && !takesNewPatients(c):
		default:
			out = append(out, providerRef{c.home.ehr.system, c.npi})
		}
	}
	return jsonAnswer(http.StatusOK, out)
}

func takesNewPatients(c *clinician) bool {
	return slices.ContainsFunc(c.offers, func(o *offer) bool { return o.visit.forNew })
}

// providerInfo answers for "{npi}" and for "{ehrSystem}|{npi}" alike.
func (h *slotHandlers) providerInfo(q *request) answer {
	npi := q.args[0]
	if _, after, ok := strings.Cut(npi, "|"); ok {
		npi = after
	}
	c := h.byNPI[npi]
	if c == nil {
		return messageAndStatus(http.StatusNotFound, "Provider not found")
	}
	return jsonAnswer(http.StatusOK, h.describeProvider(c))
}

func (h *slotHandlers) describeProvider(c *clinician) providerDoc {
	doc := providerDoc{
		NPI: c.npi, Name: c.name, Credentials: c.credentials, Brand: c.home.brand, IsActive: h.boolean(c.home.active),
		Departments: []providerDepartment{}, VisitTypes: []providerVisitType{},
	}
	if adult := 18; c.number%3 == 1 && !c.pool {
		doc.MinAge = &adult
	}
	for _, d := range c.departments() {
		doc.Departments = append(doc.Departments, providerDepartment{
			DepartmentID: d.id, EpicInstance: d.ehr.system, Name: d.name, Phone: d.phone, Address: d.address,
		})
	}
	for _, v := range c.visitTypes() {
		seen := providerVisitType{VisitTypeID: v.id, Name: v.title, ShortName: v.name}
		if v.name == "NewPatient" {
			text := "First visit with this provider"
			seen.Description = &text
		}
		doc.VisitTypes = append(doc.VisitTypes, seen)
	}
	return doc
}

// maxLookaheadDays is the largest of those asked for, and 0 for an instance or a visit type that the tenant does not
// have (docs/dexcare.md §5.6).
func (h *slotHandlers) maxLookaheadDays(q *request) answer {
	instance, visit := q.get("epicInstanceName"), q.get("visitTypeName")
	days := h.lookaheadOf(func(e *ehr, v *visitType) bool {
		return (instance == "" || e.system == instance) && (visit == "" || v.name == visit)
	})
	return jsonAnswer(http.StatusOK, map[string]int{"maxLookaheadDays": days})
}
